"""Results → a report for people: one HTML page, a workbook, charts."""
