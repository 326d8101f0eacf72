import pytest
from pathlib import Path
from raters.export.bundle import write_bundle
from studies.analysis.evidence import Options, read_evidence
from studies.analysis.recording.flow import flow
from studies.analysis.deviations.sections import deviations, document
from tests.factories import NOW, make_rater, make_study, open_study, rate_all
from tests.raters.machine_studies import judged_study
from studies.analysis.reporting.charts import draw


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["rated", "judged", "draft"])
def test_x(tmp_path, kind):
    if kind == "rated":
        study = open_study(make_study())
        rate_all(make_rater(study))
        make_rater(study)
    elif kind == "judged":
        study = judged_study()
    else:
        study = make_study()
    write_bundle(study=study, folder=tmp_path, now=NOW)
    e = read_evidence(tmp_path, Options())
    s = flow(e)
    print(kind, s.lead, s.absent)
    for f in s.parts:
        for r in f.table.rows:
            print("   ", r)
        (Path("/tmp/e-flow") / f"{kind}-{f.key}.png").write_bytes(draw(f).png)
    d = document(e, ())
    print(d.text if d else deviations(e).absent)
