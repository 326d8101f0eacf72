"""A report as files: report.json, report.html, figures as SVG and PNG, and the CSV behind them."""

from studies.analysis.reporting.folder import PAGE, CannotWrite, check_folder, write_report
from studies.analysis.reporting.report import Facts, Report

__all__ = ["PAGE", "CannotWrite", "Facts", "Report", "check_folder", "write_report"]
