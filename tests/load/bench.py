"""``make bench``: pages, submissions and PDFs beside their peers, from one run on PostgreSQL.

Every pair is measured in turns (ours, theirs, ours, …), so that noise of the machine meets both;
what is compared are the medians. Started by ``bin/bench``; ``--quick`` takes fewer requests, the
names of parts (tests/load/figures.py) take only those. Each part is written into
docs/performance.md as soon as it is measured.
"""

import gzip
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import django

from tests import environment
from tests.load import figures, report
from tests.load.directory import NOT_KEPT
from tests.load.figures import PARTS, Figure
from tests.memory import MEGABYTE
from tests.services import Postgres, RedisServer, free_port
from tests.services.process import accepts, wait_until

PROJECT = Path(__file__).parent.parent.parent
HERE = Path(__file__).parent
PYTHON = sys.executable


CONDITION = "/en/conditions/liver-metastases/"
WAGTAIL = "tests.load.wagtail_site.settings"
# Redis is what Wagtail's documentation recommends, and the one that an editor's change can empty for every process.
WAGTAIL_CACHES = {"Redis": "redis.RedisCache", "LocMem": "locmem.LocMemCache"}
# Parts that need neither the portal's database nor its static files, or make their own.
APART = {"front", "queue", "search"}
# So many more requests of what a cache answers.
CACHED = 20
AWAY_MILLISECONDS = 20
# So often a study is sent in each way.
STUDIES = 3
COST = ("name", "price", "included", "source", "dates")
SOURCE = ("number", "title", "url", "publisher")


@dataclass(frozen=True)
class Sizes:
    """How much is measured."""

    name: str
    rounds: int
    pages: int
    submissions: int
    mails: int
    pdfs: int
    growth: int
    lists: int
    # One of so many parts of the big directory.
    share: int
    # Of a study, in megabytes.
    study: int


FULL = Sizes(
    name="full", rounds=7, pages=150, submissions=60, mails=200, pdfs=12, growth=300, lists=5, share=1, study=500
)
QUICK = Sizes(
    name="quick", rounds=5, pages=40, submissions=20, mails=60, pdfs=4, growth=60, lists=1, share=10, study=60
)


class Worker:
    """A process that does so many things as it is told and answers with numbers."""

    def __init__(self, command: list[str], env: dict[str, str]) -> None:
        self.popen = subprocess.Popen(
            command, cwd=PROJECT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def do(self, count: int) -> list[float]:
        """Do it ``count`` times and return what the process measured."""
        assert self.popen.stdin is not None
        assert self.popen.stdout is not None
        self.popen.stdin.write(f"{count}\n")
        self.popen.stdin.flush()
        answer = self.popen.stdout.readline()
        if not answer:
            raise SystemExit(f"A worker ended: {self.popen.args!r}")
        return [float(part) for part in answer.split()]

    def end(self) -> None:
        """End the process."""
        self.popen.terminate()
        self.popen.wait()


def in_turns(workers: list[Worker], *, rounds: int, count: int, warm_up: int) -> list[float]:
    """Return the median seconds of one thing, for each worker."""
    for worker in workers:
        worker.do(warm_up)
    seconds: list[list[float]] = [[] for _ in workers]
    for _ in range(rounds):
        for worker, found in zip(workers, seconds, strict=True):
            found.append(worker.do(count)[0] / count)
    return [statistics.median(found) for found in seconds]


def say(line: str) -> None:
    """Print a line at once."""
    print(line, flush=True)


def _card(row: dict[str, str], text: str, note: str = "") -> dict[str, object]:
    """Return a clinic or a package as a block of Wagtail."""
    return {"type": "card", "value": {"name": row["name"], "url": f"/{row['slug']}/", "text": text, "note": note}}


@contextmanager
def running(workers: list[Worker]) -> Iterator[list[Worker]]:
    """End some workers in the end."""
    try:
        yield workers
    finally:
        for worker in workers:
            worker.end()


class Bench:
    """One run: servers, databases, peers."""

    def __init__(self, stack: ExitStack, sizes: Sizes) -> None:
        self.sizes = sizes
        self.folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench")))
        self.postgres = Postgres()
        stack.callback(self.postgres.remove)
        self.postgres.start()
        self.env = {
            **os.environ,
            **environment.variables(self.postgres.create_database("portal"), "redis://127.0.0.1:9/0"),
            "VAR_DIR": str(self.folder / "var"),
            "FORM_MIN_SECONDS": "0",
            "REQUEST_LIMIT_EMAIL": "1000000",
            "REQUEST_LIMIT_NETWORK": "1000000",
            "LOG_LEVEL": "ERROR",
            "BARE_DATABASE_URL": self.postgres.create_database("bare"),
            "BARE_TEMPLATES": str(self.folder),
            "BARE_ROWS": "0",
            "WAGTAIL_DATABASE_URL": self.postgres.create_database("wagtail"),
        }
        os.environ |= self.env
        django.setup()

    def prepare(self) -> None:
        """Make the portal's database and static files, and write down what the peers show."""
        for command in (["migrate", "-v0"], ["collectstatic", "-v0", "--noinput"], ["load_content"]):
            self._run([PYTHON, "manage.py", *command], self.env)
        from tests.load import flat

        html = flat.page_of_the_portal()
        content = flat.content()
        (self.folder / "page.html").write_text(flat.template(html, PROJECT / "templates"), encoding="utf-8")
        self._fill_bare(content, html)
        page = content["page"]
        blocks = [
            {"type": kind, "value": value}
            for section in [*page["callouts"], *page["before_treatments"]]
            for kind, value in (("heading", section["heading"]), ("paragraph", section["html"]))
        ]
        for treatment in page["treatments"]:
            blocks.append({"type": "heading", "value": treatment["name"]})
            for part in ("how", "suits", "benefits", "risks", "stay"):
                blocks += [
                    {"type": "subheading", "value": part},
                    {"type": "paragraph", "value": treatment[part]["html"]},
                ]
        for section in page["after_treatments"]:
            blocks += [
                {"type": "heading", "value": section["heading"]},
                {"type": "paragraph", "value": section["html"]},
            ]
        questions = "".join(f"<li>{question}</li>" for question in page["questions"])
        blocks += [
            {"type": "heading", "value": "Questions for your doctor"},
            {"type": "paragraph", "value": f"<ul>{questions}</ul>"},
            *({"type": "cost", "value": {name: row[name] for name in COST}} for row in content["costs"]),
            *(_card(row, row["summary"]) for row in content["clinics"]),
            *(_card(row, row["summary"], f"Never included: {row['exclusions']}") for row in content["packages"]),
            *({"type": "source", "value": {name: row[name] for name in SOURCE}} for row in page["sources"]),
        ]
        facts = "".join(f"<li>{fact['html']}</li>" for fact in page["key_facts"])
        introduction = f"<p>{page['summary']['html']}</p><ul>{facts}</ul>"
        told = {"title": page["name"], "introduction": introduction, "body": blocks}
        (self.folder / "wagtail.json").write_text(json.dumps(told), encoding="utf-8")

    def pages(self) -> list[Figure]:
        """Measure the condition page beside the bare view and beside Wagtail."""
        commands = [
            self._worker("portal.settings", "get", f"{CONDITION}?{NOT_KEPT}"),
            self._worker("tests.load.bare.settings", "get", "/page/"),
            self._worker(WAGTAIL, "get", "/page/", python=self.wagtail),
        ]
        with running(commands) as workers:
            ours, bare, theirs = in_turns(workers, rounds=self.sizes.rounds, count=self.sizes.pages, warm_up=10)
        rates = f"{1 / ours:.0f} a second; bare {1 / bare:.0f}, Wagtail {1 / theirs:.0f}"
        return [
            Figure(figures.BARE_PAGE, bare / ours, rates),
            Figure(figures.WAGTAIL_PAGE, theirs / ours, rates),
        ]

    def cache(self) -> list[Figure]:
        """Measure whole pages from both caches, and what somebody is told who has the page already."""
        redis = RedisServer()
        redis.start()
        with ExitStack() as stack:
            stack.callback(redis.remove)
            commands = [self._worker("portal.settings", method, CONDITION) for method in ("compressed", "revalidate")]
            for backend in WAGTAIL_CACHES.values():
                variables = {"WAGTAIL_CACHE": backend, "WAGTAIL_CACHE_LOCATION": redis.url}
                commands.append(self._worker(WAGTAIL, "compressed", "/page/", python=self.wagtail, **variables))
            workers, count = stack.enter_context(running(commands)), CACHED * self.sizes.pages
            ours, not_modified, shared, own = in_turns(workers, rounds=self.sizes.rounds, count=count, warm_up=10)
        rates = f"{1 / ours:.0f} a second; Wagtail's {1 / shared:.0f}, and {1 / own:.0f} in the memory of one process"
        return [
            Figure(figures.CACHED_PAGE, shared / ours, rates),
            Figure(figures.NOT_MODIFIED, not_modified / ours, f"{1 / not_modified:.0f} a second"),
        ]

    def front(self) -> list[Figure]:
        """Measure pages from nginx's memory beside the same bytes as a file, and 304 beside 200."""
        from tests.load import front

        found = front.measure(rounds=self.sizes.rounds)
        page, file, not_modified = (f"{found[name]:.0f} a second" for name in ("page", "static", "not modified"))
        return [
            Figure(figures.NGINX_PAGE, found["page / static"], f"{page}; file {file}"),
            Figure(figures.NGINX_NOT_MODIFIED, found["not modified / page"], not_modified),
        ]

    def weights(self) -> list[Figure]:
        """Weigh every condition page as it goes over the wire, and name the heaviest of each language."""
        from django.test import Client

        from conditions.models import Condition

        client = Client(SERVER_NAME="localhost")
        slugs = list(Condition.objects.order_by("slug").values_list("slug", flat=True))
        found = []
        for language, goal in figures.WEIGHTS.items():
            pages = {slug: client.get(f"/{language}/conditions/{slug}/").content for slug in slugs}
            weights = {slug: len(gzip.compress(page, 6)) / 1000 for slug, page in pages.items()}
            heaviest = max(weights, key=weights.__getitem__)
            detail = f"{heaviest}, {len(pages[heaviest]) / 1000:.0f} kB plain; {len(pages)} pages"
            detail += f", median {statistics.median(weights.values()):.1f} kB"
            found.append(Figure(goal, weights[heaviest], detail))
        return found

    def submissions(self) -> list[Figure]:
        """Measure submissions beside a bare form that inserts as many rows."""
        before = self._count_rows("portal")
        first = self._worker("portal.settings", "post", "/en/requests/new/", "tests.load.submissions:portal")
        first.do(1)
        rows = self._count_rows("portal") - before
        self.env["BARE_ROWS"] = str(rows)
        bare = self._worker("tests.load.bare.settings", "post", "/send/", "tests.load.submissions:bare")
        with running([first, bare]) as workers:
            ours, theirs = in_turns(workers, rounds=self.sizes.rounds, count=self.sizes.submissions, warm_up=10)
        detail = f"{1 / ours:.0f} a second; bare {1 / theirs:.0f}; {rows} rows"
        return [Figure(figures.BARE_SUBMISSION, theirs / ours, detail)]

    def backlog(self) -> list[Figure]:
        """Measure how fast the relay alone sends a backlog, to a mail server at a distance and to one next door."""
        now, before = self._backlog(AWAY_MILLISECONDS)
        next_door = self._backlog(0)
        detail = f"{now:.0f} mails a second; before {before:.0f}; mail server {AWAY_MILLISECONDS} ms away"
        detail += f"; next door {next_door[0]:.0f} and {next_door[1]:.0f}"
        return [Figure(figures.BACKLOG, now / before, detail)]

    def _backlog(self, distance: int) -> tuple[float, float]:
        """Return mails a second, ours and as it was before, each with a database of its own."""
        from django.db import connection

        port = free_port()
        server = [PYTHON, "-m", "tests.load.mailserver", str(port), str(distance), str(self.folder)]
        # PostgreSQL copies a database only while nobody is connected to it.
        connection.close()
        with ExitStack() as stack:
            mailserver = stack.enter_context(subprocess.Popen(server, cwd=PROJECT, stderr=subprocess.DEVNULL))
            stack.callback(mailserver.terminate)
            wait_until(lambda: accepts(port), seconds=20, what="the mail server listens")
            workers = []
            for way in ("ours", "before"):
                database = self.postgres.create_database(f"backlog_{way}_{distance}", template="portal")
                env = {**self.env, "DATABASE_URL": database, "SSL_CERT_FILE": str(self.folder / "mailserver.pem")}
                env |= {"SMTP_URL": f"smtp://user:password@127.0.0.1:{port}?tls=1"}
                workers.append(Worker([PYTHON, "-m", "tests.load.backlog", way], env))
            now, before = in_turns(
                stack.enter_context(running(workers)), rounds=self.sizes.rounds, count=self.sizes.mails, warm_up=10
            )
        return 1 / now, 1 / before

    def search(self) -> list[Figure]:
        """Measure searches among many documents, and loading all content from nothing."""
        env = {**self.env, "DATABASE_URL": self.postgres.create_database("search")}
        self._run([PYTHON, "manage.py", "migrate", "-v0"], env)
        started = time.perf_counter()
        self._run([PYTHON, "manage.py", "load_content"], env)
        loading = time.perf_counter() - started
        [[editions]] = self.postgres.execute("SELECT count(*) FROM conditions_edition", database="search")
        kinds = json.loads(self._run([PYTHON, "-m", "tests.load.search"], env))
        p95, median = kinds.pop("all")
        detail = "; ".join(f"{kind} {slow:.0f} ({usual:.0f})" for kind, (slow, usual) in kinds.items())
        return [
            Figure(figures.LOADING, loading, f"{editions} editions"),
            Figure(figures.SEARCH, p95, f"median {median:.0f}; {detail}"),
        ]

    def directory(self) -> list[Figure]:
        """Measure the lists of a big directory, their deep pages, and the first list after a change."""
        env = {**self.env, "DATABASE_URL": self.postgres.create_database("directory")}
        self._run([PYTHON, "manage.py", "migrate", "-v0"], env)
        self._run([PYTHON, "-m", "tests.load.made_up", str(self.sizes.share)], env)
        told = json.loads(self._run([PYTHON, "-m", "tests.load.directory", str(self.sizes.lists)], env))
        whole = told["pages"].pop("all")
        lists = [
            Figure(figures.LISTS[name], kind["first"][0], f"median {kind['first'][1]:.0f}")
            for name, kind in told["pages"].items()
        ]
        numbers = ", ".join(map(str, whole["queries"]))
        changes = {name: slow for name, (slow, _slowest) in told["changes"].items()}
        detail = "; ".join(f"{name} {slow:.2f}" for name, slow in changes.items())
        before, with_all, after = told["megabytes"]
        memory = f"{before:.0f} MB before any list, {with_all:.0f} with all, {after:.0f} after changes"
        return [
            *lists,
            Figure(figures.DEEP_PAGES, whole["deep"][0] / whole["first"][0], ""),
            Figure(figures.LIST_QUERIES, len(whole["queries"]), f"{numbers} queries"),
            Figure(figures.AFTER_CHANGE, max(changes.values()), f"{detail}; {memory}"),
        ]

    def queue(self) -> list[Figure]:
        """Measure the queue of the desk with a million cases."""
        env = {**self.env, "DATABASE_URL": self.postgres.create_database("queue")}
        for command in (["migrate", "-v0"], ["collectstatic", "-v0", "--noinput"]):
            self._run([PYTHON, "manage.py", *command], env)
        told = json.loads(
            self._run([PYTHON, "-m", "tests.load.queue", str(self.sizes.share), str(self.sizes.lists)], env)
        )
        slowest = sorted(told["each"].items(), key=lambda one: -one[1])[:3]
        detail = ", ".join(f"{query} {taken:.0f}" for query, taken in slowest)
        numbers = ", ".join(map(str, told["statements"]))
        return [
            *(
                Figure(goal, told["kinds"][kind][0], f"median {told['kinds'][kind][1]:.0f}")
                for kind, goal in figures.QUEUE.items()
            ),
            Figure(figures.QUEUE_STATEMENTS, len(told["statements"]), f"{numbers} statements; slowest: {detail}"),
        ]

    def uploads(self) -> list[Figure]:
        """Measure how fast a study comes beside a bare view, and what memory it takes until it leaves again."""
        told = json.loads(
            self._run([PYTHON, "-m", "tests.load.uploads", str(self.sizes.study), str(STUDIES)], self.env)
        )
        rates = {
            way: [
                self.sizes.study / statistics.median(told["seconds"][f"{server} {way}"]) for server in ("ours", "bare")
            ]
            for way in figures.UPLOADS
        }
        memory = {
            name: {step: size / MEGABYTE for step, size in told["memory"][name].items()}
            for name in ("web", "long", "child")
        }
        return [
            *(
                Figure(
                    goal, rates[way][0] / rates[way][1], f"{rates[way][0]:.0f} MB a second; bare {rates[way][1]:.0f}"
                )
                for way, goal in figures.UPLOADS.items()
            ),
            *(
                Figure(goal, max(steps.values()), "; ".join(f"{step} {size:.0f}" for step, size in steps.items()))
                for goal, steps in zip(
                    (figures.UPLOAD_WEB, figures.UPLOAD_WORKER, figures.UPLOAD_CHILD), memory.values(), strict=True
                )
            ),
        ]

    def pdfs(self) -> list[Figure]:
        """Measure PDFs beside naive WeasyPrint, and what a worker keeps of them."""
        file = str(self.folder / "estimate.html")
        Path(file).write_text(self._estimate(), encoding="utf-8")
        module = [PYTHON, "-m", "tests.load.pdfs"]
        with running([Worker([*module, way, file], self.env) for way in ("ours", "naive")]) as workers:
            first = [worker.do(1)[0] for worker in workers]
            warm, naive = in_turns(workers, rounds=self.sizes.rounds, count=self.sizes.pdfs, warm_up=2)
            start = [worker.do(20)[1] for worker in workers]
            end = [worker.do(self.sizes.growth)[1] for worker in workers]
        growth, theirs = ((after - before) / self.sizes.growth for before, after in zip(start, end, strict=True))
        detail = (
            f"{1 / warm:.1f} a second; naive {1 / naive:.1f}; the first one {first[0]:.2f} s, naive {first[1]:.2f} s"
        )
        memory = f"{self.sizes.growth} documents: {start[0]:.0f} → {end[0]:.0f} MB; "
        memory += f"naive {start[1]:.0f} → {end[1]:.0f} MB ({theirs:.3f} a document)"
        return [
            Figure(figures.PDF, warm / naive, detail),
            Figure(figures.PDF_GROWTH, growth, memory),
        ]

    def _worker(self, settings: str, *arguments: str, python: str = PYTHON, **variables: str) -> Worker:
        return Worker([python, str(HERE / "worker.py"), settings, *arguments], {**self.env, **variables})

    def _fill_bare(self, content: dict[str, object], html: str) -> None:
        code = (
            "import django, json, sys; django.setup()\n"
            "from django.core.management import call_command\n"
            "from tests.load.bare.models import Choice, Page\n"
            "call_command('migrate', run_syncdb=True, verbosity=0)\n"
            "Page.objects.create(content=json.load(sys.stdin))\n"
            "for kind, slug in (('condition', 'liver-metastases'), ('procedure', 'surgery'), ('clinic', 'emc')):\n"
            "    Choice.objects.create(kind=kind, slug=slug, name=slug)\n"
            "from django.test import Client\n"
            "print(Client().get('/page/').content.decode())\n"
        )
        env = {**self.env, "DJANGO_SETTINGS_MODULE": "tests.load.bare.settings"}
        bare = self._run([PYTHON, "-c", code], env, told=json.dumps(content))
        from tests.load import flat

        ours, theirs = flat.words(html), flat.words(bare)
        if ours != theirs:
            different = next((pair for pair in zip(ours, theirs, strict=False) if pair[0] != pair[1]), None)
            raise SystemExit(f"The bare page says something else: {different}, {len(ours)} and {len(theirs)} words.")

    @cached_property
    def wagtail(self) -> str:
        """Python of Wagtail's own environment, with its page made."""
        folder = PROJECT / "var" / "bench" / "wagtail"
        python = str(folder / "bin" / "python")
        uv = str(PROJECT / ".venv" / "bin" / "uv")
        requirements = HERE / "wagtail-requirements.txt"
        stamp = folder / "made-of"
        if not stamp.exists() or stamp.read_text() != requirements.read_text():
            say("→ Making the environment of Wagtail")
            self._run([uv, "venv", "-q", "--clear", "--python", PYTHON, str(folder)], self.env)
            self._run([uv, "pip", "install", "-q", "--python", python, "-r", str(requirements)], self.env)
            stamp.write_text(requirements.read_text())
        self._run([python, "-m", "tests.load.wagtail_site.fill", str(self.folder / "wagtail.json")], self.env)
        return python

    def _estimate(self) -> str:
        """Return the document of a preliminary estimate in Arabic and Russian, as it is printed."""
        from requests.models import Estimate
        from requests.pdf.estimates import document

        return document(Estimate.objects.latest("issued_at"))

    def _count_rows(self, database: str) -> int:
        tables = self.postgres.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace",
            database=database,
        )
        counted = (self.postgres.execute(f'SELECT count(*) FROM "{name}"', database=database) for (name,) in tables)
        return sum(int(str(rows[0][0])) for rows in counted)

    def _run(self, command: list[str], env: dict[str, str], told: str = "") -> str:
        done = subprocess.run(command, cwd=PROJECT, env=env, input=told, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"{' '.join(command[:4])} failed:\n{done.stdout}{done.stderr}")
        return done.stdout


def main() -> None:
    """Measure what is asked for, print the figures with their goals and write them into the document."""
    sizes = QUICK if "--quick" in sys.argv[1:] else FULL
    report.split(report.FILE.read_text(encoding="utf-8"))  # fails now rather than after minutes
    measured: list[Figure] = []
    with ExitStack() as stack:
        say("→ Preparing")
        bench = Bench(stack, sizes)
        [[postgresql]] = bench.postgres.execute("SHOW server_version")
        circumstances = report.circumstances(size=sizes.name, postgresql=str(postgresql))
        parts = [name for name in PARTS if name in sys.argv[1:]] or list(PARTS)
        if not APART.issuperset(parts):
            bench.prepare()
        for part in parts:
            say(f"→ Measuring {part}")
            found = getattr(bench, part)()
            measured += found
            text = report.FILE.read_text(encoding="utf-8")
            report.FILE.write_text(report.replace(text, part, report.table(circumstances, found)), encoding="utf-8")
    say(f"\n{'':<58} {'measured':>8}   {'goal':<8}")
    for figure in measured:
        say(str(figure))


if __name__ == "__main__":
    main()
