"""Step Functions and durable executions: histories in, one tree out."""

from hopscope_collector.executions.as_json import execution_as_json
from hopscope_collector.executions.assemble import execution_of
from hopscope_collector.executions.errors import NotAnExecution
from hopscope_collector.executions.history import History, histories_in, histories_of
from hopscope_collector.executions.model import Execution, State

__all__ = [
    "Execution",
    "History",
    "NotAnExecution",
    "State",
    "execution_as_json",
    "execution_of",
    "histories_in",
    "histories_of",
]
