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
    for program in (Classroom(ini), PEERS[0]):
        url = files.create()
        program.prepare(url, size)
        servers.append(stack.enter_context(running(program.name, program.serve(url), folder)))
    for name in ("waitress", "pyramid"):
        f = Floor(ini, name, name)
        servers.append(stack.enter_context(running(f.name, f.serve(), folder)))
    print(race(servers, [STUDENT], Pace()))
    print(race(servers[:2], [PAGE, NEXT_PAGE, LAST_PAGE, NOT_MODIFIED, POST, PUT], Pace()))
    for s in servers: print(s.name, machine.resident_megabytes(s.pid))
