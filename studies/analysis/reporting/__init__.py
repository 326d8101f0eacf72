"""A report as files: report.json, report.html, figures as SVG and PNG, and the CSV behind them."""

from studies.analysis.reporting.folder import CannotWrite, check_folder, write_report
from studies.analysis.reporting.report import Facts, Report

__all__ = ["CannotWrite", "Facts", "Report", "check_folder", "write_report"]
