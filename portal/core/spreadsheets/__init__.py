"""Rows of the portal as spreadsheets and back: CSV and XLSX, checked before anything is written."""
