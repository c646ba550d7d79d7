"""A report's material → its methods sheet, as (heading, text) pairs for page and workbook."""

from __future__ import annotations

from stance.records import Label
from stance.serving.plain_text import strip_control
from stance.serving.report.captions import Captions
from stance.serving.report.figures import FEWEST, RESAMPLES, Figures
from stance.serving.report.material import Material
from stance.serving.report.provenance import Provenance

__all__ = ["tell_methods", "why_uncorrected"]

_SETS = ("natural", "test natural")


def tell_methods(material: Material, t: Captions) -> list[tuple[str, str]]:
    """Source, period, procedure, scale, threshold, agreement, quality, limits, intervals, correction."""
    figures = material.figures
    told = [
        (t.files, ", ".join(strip_control(name) for name in material.sources)),
        (t.period, _period(figures, t)),
        (t.articles, f"{t.count(figures.articles)}, {t.pairs}: {t.count(figures.pairs)}"),
        (t.procedure, t.procedure_text),
        *_tell_model(material.provenance, t),
        (t.scale, t.scale_text),
        *_tell_quality(material.provenance, t),
        (t.limits, t.limits_text),
        (t.intervals, t.say("intervals_text", resamples=RESAMPLES, seed="0", fewest=FEWEST)),
        (t.correction, t.correction_text if figures.corrected else why_uncorrected(material, t)),
    ]
    return told


def why_uncorrected(material: Material, t: Captions) -> str:
    """Why the figures are not corrected for misclassification."""
    provenance = material.provenance
    why = t.why_no_model
    if provenance.digest:
        why = t.why_unfit if provenance.confusion else t.why_no_matrix
    return t.say("uncorrected_note", why=why)


def _period(figures: Figures, t: Captions) -> str:
    if not figures.days:
        return t.no_period
    return f"{t.day(figures.days[0])} – {t.day(figures.days[-1])}"


def _tell_model(known: Provenance, t: Captions) -> list[tuple[str, str]]:
    if not known.digest:
        return [(t.model, t.model_none)]
    threshold = t.percent(known.threshold or 0.0)
    told = [
        (t.model, strip_control(known.name)),
        (t.model_digest, known.digest),
        (t.corpus_digest, strip_control(known.corpus_digest)),
        (t.training, t.say("trained_on", pairs=known.pairs, articles=known.articles)),
        (t.trained, strip_control(known.created)),
        (t.threshold, t.say("threshold_text", threshold=threshold)),
    ]
    if known.agreement:
        alpha = t.number(float(known.agreement["alpha"]), 3)
        pairs = int(known.agreement["pairs"])
        told.append((t.agreement, t.say("agreement_text", alpha=alpha, pairs=pairs)))
    return told


def _tell_quality(known: Provenance, t: Captions) -> list[tuple[str, str]]:
    told = []
    for name in _SETS:
        found = known.metrics.get(name)
        if not found:
            continue
        figures = {key: t.number(found[key]) for key in ("macro_f1", "f1_low", "f1_high")}
        text = t.say(
            "quality_text", macro=figures["macro_f1"], low=figures["f1_low"], high=figures["f1_high"]
        )
        classes = ", ".join(
            f"{t.say(str(label))} {t.number(found[f'per_class/{label}'])}"
            for label in (Label.favor, Label.neutral, Label.against)
        )
        floor = known.floor.get(name, {}).get("macro_f1")
        pinned = " " + t.say("floor_text", floor=t.number(floor)) if floor is not None else ""
        told.append((f"{t.quality} ({t.say(name.replace(' ', '_'))})", f"{text} {classes}.{pinned}"))
    return told
