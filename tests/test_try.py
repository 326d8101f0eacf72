import pytest, time, json
from pathlib import Path
from raters.export.bundle import write_bundle
from studies.analysis.analyzing import analyze
from studies.analysis.evidence import Options
from tests.worded_study import worded_study, LATER
pytestmark = pytest.mark.django_db
def test_x(tmp_path):
    t=time.time()
    study = worded_study(tmp_path)
    print('built', time.time()-t); t=time.time()
    import shutil
    shutil.rmtree('/tmp/worded', ignore_errors=True)
    out=Path('/tmp/worded'); out.mkdir()
    (out/'export').mkdir()
    write_bundle(study=study, folder=out/'export', now=LATER)
    print('exported', time.time()-t); t=time.time()
    analyze(path=out/'export', out=out/'report', options=Options())
    print('analysed', time.time()-t)
