"""The plugin in a pytest of its own, as people have it."""

import pytest

pytest_plugins = ("pytester",)

TEST = """
import pytest

def test_it_goes_all_the_way(hopscope_flows):
    flow = hopscope_flows.settle("order_id=o-42", within="5s", quiet="0s")
    flow.assert_path("place-order > order_placed > notify-restaurant").assert_errors("Refused")

def test_it_does_not(hopscope_flows):
    hopscope_flows.settle("order_id=o-42", quiet="0s").assert_path("place-order > notify-user")

def test_nobody_comes(hopscope_flows):
    hopscope_flows.settle("order_id=o-7", within="100ms", quiet="0s")

def test_who_is_not_there(hopscope_flows):
    hopscope_flows.settle("order_id=o-42", within="100ms", quiet="0s", until="complete-order")

def test_no_time_to_be_quiet(hopscope_flows):
    hopscope_flows.settle("order_id=o-42", within="100ms", quiet="1m")
"""


@pytest.fixture
def ran(pytester, lines):
    """A project whose settings name a log file, run by the installed plugin."""
    (pytester.path / "lambda.log").write_text("\n".join(lines.order()) + "\n")
    pytester.makeini("[pytest]\nhopscope_sources = file:lambda.log\n")
    pytester.makepyfile(TEST)
    return pytester.runpytest_subprocess("-p", "no:cacheprovider")


def test_flows_are_found_waited_for_and_compared(ran):
    ran.assert_outcomes(passed=1, failed=4)
    ran.stdout.fnmatch_lines(
        [
            "E*AssertionError: the flow does not go along place-order > notify-user",
            "E*reached   place-order",
            "E*expected  notify-user",
            "E*found     order_placed > notify-restaurant, order_placed > redeem-promo",
            "E*✔ place-order*",
        ]
    )
    ran.stdout.fnmatch_lines(["E*NotSettled: no flow was seen by 'order_id=o-7' within 100ms"])
    ran.stdout.fnmatch_lines(
        ["E*NotSettled: nothing was seen of 'complete-order' in the flow of 'order_id=o-42' within 100ms"]
    )
    ran.stdout.fnmatch_lines(["E*the flow of 'order_id=o-42' did not settle within 100ms: it was not quiet for 1m"])


def test_without_a_source_it_says_where_to_name_one(pytester):
    pytester.makepyfile("def test_it(hopscope_flows): pass")

    ran = pytester.runpytest_subprocess("-p", "no:cacheprovider")

    ran.assert_outcomes(errors=1)
    ran.stdout.fnmatch_lines(
        ["*neither a source of records nor a store is named; expected hopscope_sources*or hopscope_store*"]
    )


def test_a_fixture_of_the_project_names_the_source(pytester, lines):
    (pytester.path / "late.log").write_text("\n".join(lines.order()) + "\n")
    pytester.makeconftest(
        "import pytest\n@pytest.fixture(scope='session')\ndef hopscope_sources(): return ['file:late.log']\n"
    )
    pytester.makepyfile("def test_it(hopscope_flows): assert hopscope_flows.find('o-42')[0].status == 'recovered'")

    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)


def test_a_test_waits_for_what_comes_later(pytester, lines):
    """Nothing is there when the test begins to wait; the second half comes while it does."""
    pytester.makepyfile(
        f"""
import threading, pathlib

FIRST, REST = {lines.order()[:3]!r}, {lines.order()[3:]!r}

def test_it(hopscope_flows):
    log = pathlib.Path("slow.log")
    log.write_text("")
    def later():
        with log.open("a") as file:
            file.write("\\n".join(FIRST) + "\\n"); file.flush()
            hopscope_flows.seen.wait(10)
            file.write("\\n".join(REST) + "\\n")
    hopscope_flows.seen = threading.Event()
    collect = hopscope_flows.collect
    def collecting():
        collect()
        hopscope_flows.seen.set()
    hopscope_flows.collect = collecting
    thread = threading.Thread(target=later); thread.start()
    flow = hopscope_flows.settle("order_id=o-42", within="60s", quiet="100ms", until="accept-order")
    thread.join()
    flow.assert_hops({{"place-order": 1, "notify-restaurant": 1, "redeem-promo": 2, "accept-order": 1}})
"""
    )
    pytester.makeini("[pytest]\nhopscope_sources = file:slow.log\n")
    (pytester.path / "slow.log").write_text("")

    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)


def test_a_run_that_does_not_ask_for_flows_loads_nothing_of_ours(pytester):
    pytester.makepyfile(
        """
        import sys

        def test_it():
            ours = {name for name in sys.modules if name.startswith("hopscope")}
            assert ours == {"hopscope_collector", "hopscope_collector.testing", "hopscope_collector.testing.plugin"}
            assert "boto3" not in sys.modules and "msgspec" not in sys.modules
        """
    )

    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)
