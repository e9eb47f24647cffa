"""Where events belong, case by case; the recordings prove the common ones, these the ones that none covers."""

from collections.abc import Callable
from textwrap import dedent

TreeOf = Callable[[str], str]


def tree(text: str) -> str:
    return dedent(text).strip()


def test_branches_that_interleave_keep_their_events(tree_of: TreeOf) -> None:
    """By "the last state seen" the success of Charge would be Pick's."""
    drawn = tree_of("""
        1 ExecutionStarted <- 0
        2 ParallelStateEntered <- 0 name=Prepare
        3 ParallelStateStarted <- 2
        4 TaskStateEntered <- 3 name=Charge
        5 TaskStateEntered <- 3 name=Pick
        6 TaskScheduled <- 5
        7 TaskScheduled <- 4
        8 TaskSucceeded <- 7
        9 TaskStateExited <- 8 name=Charge
        10 TaskSucceeded <- 6
        11 TaskStateExited <- 10 name=Pick
        12 ParallelStateSucceeded <- 11
        13 ParallelStateExited <- 11 name=Prepare
        14 ExecutionSucceeded <- 13
    """)

    assert drawn == tree("""
        SUCCEEDED [1 14]
        Prepare:Parallel SUCCEEDED [2 3 12 13]
        |
          Charge:Task SUCCEEDED [4 7 8 9]
        |
          Pick:Task SUCCEEDED [5 6 10 11]
    """)


def test_a_branch_that_fails_aborts_the_others(tree_of: TreeOf) -> None:
    drawn = tree_of("""
        1 ExecutionStarted <- 0
        2 ParallelStateEntered <- 0 name=Prepare
        3 ParallelStateStarted <- 2
        4 TaskStateEntered <- 3 name=Charge
        5 WaitStateEntered <- 3 name=Pause
        6 TaskScheduled <- 4
        7 TaskFailed <- 6 error=Declined
        8 WaitStateAborted <- 5
        9 ParallelStateFailed <- 7
        10 ExecutionFailed <- 9 error=Declined
    """)

    assert drawn == tree("""
        FAILED [1 10]
        Prepare:Parallel FAILED Declined [2 3 9]
        |
          Charge:Task FAILED Declined [4 6 7]
        |
          Pause:Wait ABORTED [5 8]
    """)


def test_an_execution_that_is_stopped_aborts_what_runs(tree_of: TreeOf) -> None:
    drawn = tree_of("""
        1 ExecutionStarted <- 0
        2 MapStateEntered <- 0 name=Each
        3 MapStateStarted <- 2 length=2
        4 MapIterationStarted <- 3 name=Each index=0
        5 MapIterationStarted <- 3 name=Each index=1
        6 TaskStateEntered <- 4 name=Work
        7 TaskStateEntered <- 5 name=Work
        8 TaskScheduled <- 7
        9 TaskStateAborted <- 6
        10 TaskStateAborted <- 8
        11 MapIterationAborted <- 9 name=Each index=0
        12 MapIterationAborted <- 10 name=Each index=1
        13 MapStateAborted <- 12
        14 ExecutionAborted <- 0
    """)

    assert drawn == tree("""
        ABORTED [1 14]
        Each:Map ABORTED [2 3 13]
        # 0 ABORTED [4 11]
          Work:Task ABORTED [6 9]
        # 1 ABORTED [5 12]
          Work:Task ABORTED [7 8 10]
    """)


def test_a_redrive_goes_on_with_the_state_that_failed(tree_of: TreeOf) -> None:
    """AWS schedules the task again from the entry of the state, in the same execution."""
    drawn = tree_of("""
        1 ExecutionStarted <- 0
        2 TaskStateEntered <- 0 name=Charge
        3 TaskScheduled <- 2
        4 TaskFailed <- 3 error=Declined
        5 ExecutionFailed <- 4 error=Declined
        6 ExecutionRedriven <- 0 redriveCount=1
        7 TaskScheduled <- 2
        8 TaskSucceeded <- 7
        9 TaskStateExited <- 8 name=Charge
        10 ExecutionSucceeded <- 9
    """)

    assert drawn == tree("""
        SUCCEEDED [1 5 6 10]
        Charge:Task SUCCEEDED x2 [2 3 4 7 8 9]
    """)


def test_a_redrive_may_enter_the_state_again(tree_of: TreeOf) -> None:
    drawn = tree_of("""
        1 ExecutionStarted <- 0
        2 PassStateEntered <- 0 name=Begin
        3 PassStateExited <- 2 name=Begin
        4 TaskStateEntered <- 3 name=Charge
        5 TaskScheduled <- 4
        6 TaskTimedOut <- 5 error=States.Timeout
        7 ExecutionFailed <- 6 error=States.Timeout
        8 ExecutionRedriven <- 7 redriveCount=1
        9 TaskStateEntered <- 8 name=Charge
        10 TaskScheduled <- 9
    """)

    assert drawn == tree("""
        RUNNING [1 7 8]
        Begin:Pass SUCCEEDED [2 3]
        Charge:Task TIMED_OUT States.Timeout [4 5 6]
        Charge:Task RUNNING [9 10]
    """)


def test_a_redrive_runs_only_the_branch_that_failed(tree_of: TreeOf) -> None:
    drawn = tree_of("""
        1 ExecutionStarted <- 0
        2 ParallelStateEntered <- 0 name=Prepare
        3 ParallelStateStarted <- 2
        4 PassStateEntered <- 3 name=Pick
        5 PassStateExited <- 4 name=Pick
        6 TaskStateEntered <- 3 name=Charge
        7 TaskScheduled <- 6
        8 TaskFailed <- 7 error=Declined
        9 ParallelStateFailed <- 8
        10 ExecutionFailed <- 9 error=Declined
        11 ExecutionRedriven <- 0 redriveCount=1
        12 TaskScheduled <- 6
        13 TaskSucceeded <- 12
        14 TaskStateExited <- 13 name=Charge
        15 ParallelStateSucceeded <- 14
        16 ParallelStateExited <- 14 name=Prepare
        17 ExecutionSucceeded <- 16
    """)

    assert drawn == tree("""
        SUCCEEDED [1 10 11 17]
        Prepare:Parallel SUCCEEDED [2 3 9 15 16]
        |
          Pick:Pass SUCCEEDED [4 5]
        |
          Charge:Task SUCCEEDED x2 [6 7 8 12 13 14]
    """)


def test_while_a_redrive_runs_so_does_what_failed_before(tree_of: TreeOf) -> None:
    drawn = tree_of("""
        1 ExecutionStarted <- 0
        2 MapStateEntered <- 0 name=Each
        3 MapStateStarted <- 2 length=1
        4 MapIterationStarted <- 3 name=Each index=0
        5 TaskStateEntered <- 4 name=Work
        6 TaskScheduled <- 5
        7 TaskFailed <- 6 error=Boom
        8 MapIterationFailed <- 7 name=Each index=0
        9 MapStateFailed <- 8
        10 ExecutionFailed <- 9 error=Boom
        11 ExecutionRedriven <- 10 redriveCount=1
        12 TaskScheduled <- 5
    """)

    assert drawn == tree("""
        RUNNING [1 10 11]
        Each:Map RUNNING [2 3 9]
        # 0 RUNNING [4 8]
          Work:Task RUNNING x2 [5 6 7 12]
    """)


def test_a_map_run_can_be_redriven(tree_of: TreeOf) -> None:
    drawn = tree_of("""
        1 ExecutionStarted <- 0
        2 MapStateEntered <- 0 name=Each
        3 MapStateStarted <- 2 length=0
        4 MapRunStarted <- 3 mapRunArn=arn:run
        5 MapRunFailed <- 4 error=States.ExceedToleratedFailureThreshold
        6 MapStateFailed <- 5
        7 ExecutionFailed <- 6 error=States.ExceedToleratedFailureThreshold
        8 ExecutionRedriven <- 7 redriveCount=1
        9 MapRunRedriven <- 8 mapRunArn=arn:run redriveCount=1
        10 MapRunSucceeded <- 9
        11 MapStateSucceeded <- 10
        12 MapStateExited <- 10 name=Each
        13 ExecutionSucceeded <- 12
    """)

    assert drawn == tree("""
        SUCCEEDED [1 7 8 13]
        Each:Map SUCCEEDED [2 3 4 5 6 9 10 11 12]
    """)


def test_a_task_that_could_not_be_scheduled_failed_once(tree_of: TreeOf) -> None:
    """There is no Scheduled before a ScheduleFailed."""
    drawn = tree_of("""
        1 ExecutionStarted <- 0
        2 TaskStateEntered <- 0 name=Charge
        3 LambdaFunctionScheduleFailed <- 2 error=Lambda.TooManyRequests
        4 LambdaFunctionScheduled <- 3 resource=arn:aws:lambda:eu-west-1:1:function:charge
        5 LambdaFunctionStartFailed <- 4 error=Lambda.Unknown
        6 ActivityScheduleFailed <- 5 error=States.Runtime
        7 TaskStateExited <- 6 name=Charge
        8 ExecutionSucceeded <- 7
    """)

    assert drawn == tree("""
        SUCCEEDED [1 8]
        Charge:Task SUCCEEDED x3 caught States.Runtime [2 3 4 5 6 7]
    """)


def test_a_task_that_could_not_be_submitted_failed(tree_of: TreeOf) -> None:
    drawn = tree_of("""
        1 ExecutionStarted <- 0
        2 TaskStateEntered <- 0 name=Ask
        3 TaskScheduled <- 2
        4 TaskSubmitFailed <- 3 error=SQS.QueueDoesNotExist
        5 ExecutionFailed <- 4 error=SQS.QueueDoesNotExist
    """)

    assert drawn == tree("""
        FAILED [1 5]
        Ask:Task FAILED SQS.QueueDoesNotExist [2 3 4]
    """)


def test_an_execution_that_times_out_takes_its_states_with_it(tree_of: TreeOf) -> None:
    drawn = tree_of("""
        1 ExecutionStarted <- 0
        2 WaitStateEntered <- 0 name=Pause
        3 ExecutionTimedOut <- 0 error=States.Timeout
    """)

    assert drawn == tree("""
        TIMED_OUT [1 3]
        Pause:Wait TIMED_OUT [2]
    """)


def test_a_failed_evaluation_belongs_to_the_state_it_names(tree_of: TreeOf) -> None:
    """Its cause is what led to the state: of two iterations, the one that was entered from the same event."""
    drawn = tree_of("""
        1 ExecutionStarted <- 0
        2 MapStateEntered <- 0 name=Each
        3 MapStateStarted <- 2 length=2
        4 MapIterationStarted <- 3 name=Each index=0
        5 MapIterationStarted <- 3 name=Each index=1
        6 PassStateEntered <- 4 name=Work
        7 PassStateEntered <- 5 name=Work
        8 EvaluationFailed <- 4 state=Work error=States.QueryEvaluationError
        9 MapIterationFailed <- 8 name=Each index=0
    """)

    assert drawn == tree("""
        RUNNING [1]
        Each:Map RUNNING [2 3]
        # 0 FAILED [4 9]
          Work:Pass FAILED States.QueryEvaluationError [6 8]
        # 1 RUNNING [5]
          Work:Pass RUNNING [7]
    """)


def test_the_end_of_an_inner_map_is_not_the_end_of_the_outer(tree_of: TreeOf) -> None:
    drawn = tree_of("""
        1 ExecutionStarted <- 0
        2 MapStateEntered <- 0 name=Outer
        3 MapStateStarted <- 2 length=1
        4 MapIterationStarted <- 3 name=Outer index=0
        5 MapStateEntered <- 4 name=Inner
        6 MapStateStarted <- 5 length=1
        7 MapIterationStarted <- 6 name=Inner index=0
        8 FailStateEntered <- 7 name=Stop
        9 MapIterationFailed <- 8 name=Inner index=0
        10 MapStateFailed <- 8
        11 MapIterationFailed <- 10 name=Outer index=0
        12 MapStateStarted <- 10 length=1
        13 MapIterationStarted <- 12 name=Outer index=0
    """)

    assert drawn == tree("""
        RUNNING [1]
        Outer:Map RUNNING [2 3 12]
        # 0 FAILED [4 11]
          Inner:Map FAILED [5 6 10]
          # 0 FAILED [7 9]
            Stop:Fail FAILED [8]
        # 0 try 2 RUNNING [13]
    """)


def test_a_loop_enters_a_state_twice(tree_of: TreeOf) -> None:
    drawn = tree_of("""
        1 ExecutionStarted <- 0
        2 WaitStateEntered <- 0 name=Pause
        3 WaitStateExited <- 2 name=Pause
        4 ChoiceStateEntered <- 3 name=Again?
        5 ChoiceStateExited <- 4 name=Again?
        6 WaitStateEntered <- 5 name=Pause
    """)

    assert drawn == tree("""
        RUNNING [1]
        Pause:Wait SUCCEEDED [2 3]
        Again?:Choice SUCCEEDED [4 5]
        Pause:Wait RUNNING [6]
    """)


def test_an_exit_without_its_entry_is_a_state_at_its_likely_place(tree_of: TreeOf) -> None:
    """The first page of a reversed history begins at the end."""
    drawn = tree_of("""
        7 TaskStateExited <- 6 name=Charge
        8 PassStateEntered <- 7 name=Done
        9 PassStateExited <- 8 name=Done
        10 ExecutionSucceeded <- 9
    """)

    assert drawn == tree("""
        SUCCEEDED [10]
        Charge:Task SUCCEEDED assumed [7]
        Done:Pass SUCCEEDED [8 9]
    """)


def test_what_followed_tells_whose_an_event_is_that_lost_its_cause(tree_of: TreeOf) -> None:
    """An Express log lost 5 and 10: the exit names the state, the end of the iteration names the iteration."""
    drawn = tree_of("""
        1 ExecutionStarted <- 0
        2 MapStateEntered <- 0 name=Each
        3 MapStateStarted <- 2 length=2
        4 MapIterationStarted <- 3 name=Each index=0
        6 TaskSucceeded <- 5
        7 TaskStateExited <- 6 name=Charge
        8 MapIterationSucceeded <- 7 name=Each index=0
        9 MapIterationStarted <- 3 name=Each index=1
        11 PassStateEntered <- 10 name=Last
        12 PassStateExited <- 11 name=Last
        13 MapIterationSucceeded <- 12 name=Each index=1
    """)

    assert drawn == tree("""
        RUNNING [1]
        Each:Map RUNNING [2 3]
        # 0 SUCCEEDED [4 8]
          Charge:Task SUCCEEDED assumed [6 7]
        # 1 SUCCEEDED [9 13]
          Last:Pass SUCCEEDED assumed [11 12]
    """)


def test_an_event_without_any_trace_of_its_place_is_unattached(tree_of: TreeOf) -> None:
    drawn = tree_of("""
        1 ExecutionStarted <- 0
        5 TaskSucceeded <- 4
        9 MapIterationSucceeded <- 8 name=Each index=0
    """)

    assert drawn == tree("""
        RUNNING [1]
        unattached [5 9]
    """)


def test_a_state_left_open_by_an_execution_that_succeeded_has_an_unknown_end(tree_of: TreeOf) -> None:
    drawn = tree_of("""
        1 ExecutionStarted <- 0
        2 PassStateEntered <- 0 name=A
        4 ExecutionSucceeded <- 3
    """)

    assert drawn == tree("""
        SUCCEEDED [1 4]
        A:Pass UNKNOWN [2]
    """)


def test_an_event_type_that_is_not_known_yet_goes_where_its_cause_is(tree_of: TreeOf) -> None:
    drawn = tree_of("""
        1 ExecutionStarted <- 0
        2 QuantumStateEntered <- 0 name=A
        3 QuantumEntangled <- 2
        4 QuantumStateExited <- 3 name=A
        5 ExecutionSucceeded <- 4
    """)

    assert drawn == tree("""
        SUCCEEDED [1 5]
        A:Quantum SUCCEEDED [2 3 4]
    """)
