"""Hook of a pod that helps a leader, before it stops: waits while the leader's server answers.

A leader that drains answers until it has drained: vLLM first stops its engine, then the server (launchers/launcher.py).
One that has crashed does not answer, and nobody has to wait for it. Any answer will do, and one missing one may be
chance.

Arguments: port, seconds to wait at most.
"""

import http.client
import os
import sys
import time

MISSES = 3
PAUSE = 1
LONGEST_WAIT = 2


def answers(host, port, wait):
    # No urllib: a proxy of the environment would answer instead.
    connection = http.client.HTTPConnection(host, port, timeout=wait)
    try:
        connection.request("GET", "/health")
        connection.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


def main(host, port, longest):
    end, missed = time.monotonic() + longest, 0
    while missed < MISSES and (left := end - time.monotonic()) > 0:
        missed = 0 if answers(host, port, min(LONGEST_WAIT, left)) else missed + 1
        time.sleep(max(0, min(PAUSE, end - time.monotonic())))


if __name__ == "__main__":
    main(os.environ["LWS_LEADER_ADDRESS"], int(sys.argv[1]), float(sys.argv[2]))
