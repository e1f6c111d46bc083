"""The Tableau workbook: made from the pages' definitions, checked as written, published to a server."""
