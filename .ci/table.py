"""Prints what CI's stages took, what they ran, what was skipped and why; last, the count of all tests."""
import re
import sys
import xml.etree.ElementTree as xml
from pathlib import Path

folder = Path(sys.argv[1])
total = {"passed": 0, "failed": 0, "skipped": 0}
skipped = []
print(f"\n{'stage':<14}{'seconds':>8}{'tests':>7}{'failed':>8}{'skipped':>9}  ")
for line in (folder / "stages").read_text().splitlines():
    name, seconds, outcome = line.split("|")
    report = folder / f"{name}.xml"
    counts = ["", "", ""]
    if report.exists():
        cases = list(xml.parse(report).getroot().iter("testcase"))
        # ctest: run, fail, notrun (skipped, or its program is missing), disabled
        failed = sum(case.get("status") == "fail" for case in cases)
        left_out = [case for case in cases if case.get("status") not in ("run", "fail")]
        for case in left_out:
            said = re.search(r"skipped: (.*)", case.findtext("system-out") or "")
            skipped.append((name, case.get("name"), said.group(1) if said else "no reason was given"))
        total["failed"] += failed
        total["skipped"] += len(left_out)
        total["passed"] += len(cases) - failed - len(left_out)
        counts = [len(cases), failed, len(left_out)]
    print(f"{name:<14}{seconds:>8}{counts[0]:>7}{counts[1]:>8}{counts[2]:>9}  {outcome}")
for stage, name, why in skipped:
    print(f"skipped in {stage}: {name}: {why}")
print()
print(f"{total['passed']} passed, {total['failed']} failed, {total['skipped']} skipped")
