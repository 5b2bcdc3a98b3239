"""Limits of resources: each is set, also where whoever calls was given less of one."""

from __future__ import annotations

import json
import resource
import subprocess
import sys

import pytest

SCRIPT = """
import json, resource, sys
from lessons.confine import limits
limits.drop_capabilities()  # root may raise a limit
kind = int(sys.argv[1])
resource.setrlimit(kind, (2**28, 2**28) if kind == resource.RLIMIT_AS else (8, 8))
limits.limit(1024)
print(json.dumps([resource.getrlimit(one)[1] for one in json.loads(sys.argv[2])]))
"""
SET = {resource.RLIMIT_FSIZE: 64 * 2**20, resource.RLIMIT_NOFILE: 64, resource.RLIMIT_CORE: 0, resource.RLIMIT_NPROC: 0}


@pytest.mark.parametrize("less", [resource.RLIMIT_AS, resource.RLIMIT_FSIZE, resource.RLIMIT_NOFILE])
def test_a_lower_limit_of_the_caller_keeps_none_from_being_set(less: int) -> None:
    command = [sys.executable, "-c", SCRIPT, str(int(less)), json.dumps(list(SET))]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [8 if one == less else most for one, most in SET.items()]
