"""Texts → the abbreviations and sentence starters that NLTK's Punkt learns from them."""

from __future__ import annotations

from collections.abc import Iterable

from nltk.tokenize.punkt import PunktParameters, PunktSentenceTokenizer, PunktTrainer

from stance.reading.sentences import GERMAN, SentenceRules

__all__ = ["extend_rules", "learn_parameters", "punkt_tokenizer"]

_SHORTEST_WORD_THAT_ENDS_A_SENTENCE = 4


def learn_parameters(texts: Iterable[str]) -> PunktParameters:
    """Train Punkt without supervision (Kiss & Strunk 2006)."""
    trainer = PunktTrainer()
    trainer.INCLUDE_ALL_COLLOCS = False
    for text in texts:
        trainer.train(text, finalize=False)
    trainer.finalize_training()
    return trainer.get_params()


def punkt_tokenizer(parameters: PunktParameters) -> PunktSentenceTokenizer:
    """Return Punkt itself, to compare with."""
    return PunktSentenceTokenizer(parameters)


def extend_rules(parameters: PunktParameters, rules: SentenceRules = GERMAN) -> SentenceRules:
    """Add what Punkt has learned to the rules of a language.

    Long "abbreviations" are names that often ended a sentence in a small corpus, and learned
    ordinals (``##number##``) are a rule of their own; both are left out.
    """
    abbreviations = {
        a for a in parameters.abbrev_types if "#" not in a and len(a) < _SHORTEST_WORD_THAT_ENDS_A_SENTENCE
    }
    starters = {s.capitalize() for s in parameters.sent_starters if s.isalpha()}
    return rules.extended(abbreviations, starters)
