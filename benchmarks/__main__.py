from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from . import machine
from .databases import Files, Size
from .measure import Pace, race
from .programs import PEERS, Classroom, Floor, Ini
from .servers import running
from .workload import *

machine.work_beside_the_server()
with ExitStack() as stack:
    folder = Path(stack.enter_context(TemporaryDirectory()))
    files = Files(folder)
    size = Size(10_000, 200, 50_000)
    ini = Ini(folder)
    servers = []
    for program in (Classroom(ini), *PEERS):
        url = files.create()
        program.prepare(url, size)
        servers.append(stack.enter_context(running(program.name, program.serve(url), folder)))
    from .proof import prove_alike
    prove_alike(servers)
    print(race(servers, [STUDENT,PAGE, NEXT_PAGE, LAST_PAGE, NOT_MODIFIED, POST, PUT], Pace(1, 1)))
    for s in servers: print(s.name, machine.resident_megabytes(s.pid))
