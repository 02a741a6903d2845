"""The command line: options, one call, one report, one exit status. Nothing is decided here.

Everything heavy is imported inside the commands, so that `touchline --help` starts at once.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, cast

import click
from click.core import ParameterSource

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from engine.examples.stage import Props
    from engine.language.blueprints import Input
    from engine.workplace import Ports, Workplace

__all__ = ["cli", "main"]

Command = TypeVar("Command", bound=Callable[..., Any])

_FORMATS = ("text", "json")
_USED_UP = (errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOSPC, errno.EDQUOT)
_CHECK_FORMATS = ("text", "json", "github", "sarif", "junit")


# ---------------------------------------------------------------- what ties the parts


class _SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def uptime(self) -> float:
        # Elsewhere than on Linux the monotonic clock goes on while the machine sleeps.
        return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def _host() -> str:
    """A stable text for this machine: its id where it has one, else its name."""
    import platform

    try:
        return Path("/etc/machine-id").read_text(encoding="ascii").strip() or platform.node()
    except (OSError, UnicodeDecodeError):
        return platform.node()


def _today() -> date:
    return datetime.now().astimezone().date()


def _actor() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def _ports() -> Ports:
    from connectors.channels.table import open_channels
    from connectors.paper.database import paper_databases
    from connectors.table import build_databases, open_writer
    from engine.workplace import Ports

    return Ports(
        databases=build_databases,
        paper=paper_databases,
        channels=open_channels,
        writer=open_writer,
        environ=os.environ,
        host=_host(),
        actor=_actor(),
        clock=_SystemClock(),
    )


def _props() -> Props:
    from connectors.channels.scripted import scripted_channels
    from connectors.sources.memory import MemoryDatabase
    from connectors.table import writer_to
    from engine.examples.stage import Props

    return Props(
        database=MemoryDatabase,
        channels=scripted_channels,
        writer=writer_to,
    )


def _open(context: click.Context) -> Workplace:
    from engine.workplace import open_workplace

    workplace = open_workplace(*_where(context), _ports())
    context.call_on_close(workplace.close)
    return workplace


def _where(context: click.Context) -> tuple[Path | None, Path]:
    """The folder that was said, if any, and where to look for a project otherwise."""
    from engine.problems import Misuse

    said: Path | None = context.obj.get("folder")
    try:
        return said, Path.cwd()
    except FileNotFoundError:
        if said is not None and said.is_absolute():
            return said, said
    raise Misuse(_GONE)


_GONE = "the current folder is gone; go to one that exists, or say -C DIR"


def _is_gone() -> bool:
    """Whether the current folder was removed: what is relative to it cannot be found or made."""
    try:
        return not Path.cwd().is_dir()
    except FileNotFoundError:
        return True


def _is_asked() -> bool:
    """Whether a person is there to answer; standard input may be closed."""
    return sys.stdin is not None and sys.stdin.isatty()


def _from_there(value: Any, context: click.Context | None) -> Any:
    """A path as seen from where -C leads, which is read before all else that is said."""
    said = context.obj.get("folder") if context and context.obj else None
    return value if said is None or str(value) == "-" else said / value


class _Path(click.Path):
    """A path of the project that is worked in."""

    def __init__(self, **asked: Any) -> None:
        super().__init__(path_type=Path, **asked)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        return super().convert(_from_there(value, ctx), param, ctx)


class _Text(click.File):
    """The text of a file of the project that is worked in."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        return super().convert(_from_there(value, ctx), param, ctx)


def _instant(text: str | None, workplace: Workplace) -> datetime:
    from engine.answers import instant_of

    return instant_of(text, workplace.settings.timezone, now=workplace.ports.clock.now())


def _finish(text: str, status: int = 0) -> NoReturn:
    from engine.report.text import escaped

    if text:
        _answer(escaped(text))
    sys.exit(status)


def _answer(text: str) -> None:
    """Print a result, or end with 1 where it cannot be printed: what was done stays done.

    Who reads no further, as `head`, has seen enough: that is no failure.
    """
    try:
        click.echo(text)
    except BrokenPipeError:
        _print_no_more()
    except OSError as error:
        why = error.strerror or error
        _progress(f"touchline: the answer cannot be written ({why}); what was done is done")
        _print_no_more()
        sys.exit(1)


def _print_no_more() -> None:
    """What standard output still holds is not tried again at the end, where it would fail aloud."""
    try:
        sys.stdout.flush()
    except OSError:
        with contextlib.suppress(OSError):  # it is no file
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


# ---------------------------------------------------------------- options that many share


def _remember(key: str) -> Callable[[click.Context, click.Parameter, Any], Any]:
    def keep(context: click.Context, _: click.Parameter, value: Any) -> Any:
        if value:
            context.ensure_object(dict)[key] = value
        return value

    return keep


def _project_option(command: Command) -> Command:
    return click.option(
        "-C",
        "folder",
        type=click.Path(file_okay=False, exists=True, path_type=Path),
        is_eager=True,
        callback=_remember("folder"),
        expose_value=False,
        help="Work in this project instead of the nearest one upwards.",
    )(command)


def _debug_option(command: Command) -> Command:
    return click.option(
        "--debug",
        is_flag=True,
        callback=_remember("debug"),
        expose_value=False,
        help="Show the traceback of an error.",
    )(command)


def _format_option(*forms: str) -> Callable[[Command], Command]:
    return click.option(
        "--format",
        "form",
        type=click.Choice(forms or _FORMATS),
        default=(forms or _FORMATS)[0],
        show_default=True,
        help="How results are printed.",
    )


def _as_of_option(command: Command) -> Command:
    return click.option(
        "--as-of",
        "as_of",
        metavar="T",
        help="Take T as now: a date or timestamp (ISO 8601), local to the project if it has no "
        "offset.",
    )(command)


_some = click.IntRange(min=1)


def _readable(_: click.Context, __: click.Parameter, said: str | None) -> str | None:
    """A key as it was typed; in another encoding than UTF-8 it is nobody's."""
    from engine.problems import Refused

    if said is not None and (shown := os.fsencode(said).decode("utf-8", "replace")) != said:
        raise Refused(f"nobody has the key `{shown}`: keys are UTF-8, and this is typed otherwise")
    return said


_key_option = click.option(
    "--for", "key", required=True, metavar="KEY", callback=_readable, help="The customer's key."
)


def _tell_version(context: click.Context, _: click.Parameter, asked: bool) -> None:
    if not asked or context.resilient_parsing:
        return
    from importlib.metadata import PackageNotFoundError, version

    try:
        click.echo(f"touchline {version('touchline')}")
    except PackageNotFoundError:
        click.echo("touchline from a checkout that is not installed")
    context.exit()


class _Shown(click.Command):
    """A command whose help ends with examples, each on a line of its own, to be copied."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        from engine.report.usage import EXAMPLES

        if found := EXAMPLES.get(ctx.command_path.removeprefix("touchline ")):
            with formatter.section("Examples, in the project of `touchline demo`"):
                for each in found:
                    formatter.write(f"{'':{formatter.current_indent}}touchline {each}\n")


class _InOrder(_Shown, click.Group):
    """Lists commands as they are declared here, as a newcomer meets them, in whole sentences."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(n, c.get_short_help_str(1000)) for n, c in self.commands.items()])


@click.group(
    cls=_InOrder, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@_project_option
@_debug_option
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_tell_version,
    help="Show the version and exit.",
)
@click.pass_context
def cli(context: click.Context) -> None:
    """Find the customers who need a hand, and see that they get it.

    Playbooks are YAML files in git: a segment, a schedule and steps. Start with `touchline demo`
    to see the whole story, or with `touchline init shop`.

    Exit status: 0 fine; 1 the answer is no, or something waits for a person; 2 wrong use; 3 a
    source, server or ledger could not be reached.
    """
    context.ensure_object(dict)


def _command(name: str, *, group: click.Group = cli) -> Callable[[Callable[..., Any]], Any]:
    """A command that also takes -C and --debug behind its own name."""

    def declare(function: Callable[..., Any]) -> click.Command:
        shared = _project_option(_debug_option(click.pass_context(function)))
        return group.command(name, cls=_Shown)(shared)

    return declare


def _listing_group(name: str, about: str) -> click.Group:
    """A group that by itself lists; what is said of the form before a verb holds for the verb."""

    @cli.group(name, cls=_InOrder, help=about, invoke_without_command=True)
    @_project_option
    @_debug_option
    @_format_option()
    @click.pass_context
    def group(context: click.Context, form: str) -> None:
        verbs = cast("click.Group", context.command).commands
        verb = context.invoked_subcommand
        if verb is None:
            context.invoke(verbs["list"], form=form)
            return
        if context.get_parameter_source("form") is ParameterSource.COMMANDLINE:
            if verb in verbs and all(each.name != "form" for each in verbs[verb].params):
                raise click.UsageError(f"`{verb}` takes no --format.", context)
            context.default_map = {verb: {"form": form}}

    return group


# ---------------------------------------------------------------- making projects


@_command("init")
@click.argument("where", metavar="[DIR]", required=False, default=".", type=_Path())
@click.option(
    "--reference", is_flag=True, help="On the reference catalog, which the library speaks of."
)
def init(context: click.Context, where: Path, reference: bool) -> None:
    """Make a new project in DIR: config, catalog, a first playbook, sample data, CI files."""
    from connectors.demo.beginning import make_project, make_reference_project, make_sample_data
    from connectors.demo.layout import slug
    from engine.proof import make_live_ledger
    from engine.workplace import open_workplace

    ports = _ports()
    name = slug(where.resolve().name)
    if reference:
        made = make_reference_project(where, name=name)
        made += make_sample_data(where, now=ports.clock.now())
    else:
        made = make_project(where, name=name, today=_today())
    workplace = open_workplace(where, where, ports)
    context.call_on_close(workplace.close)
    told = make_live_ledger(workplace)
    listed = "\n".join(f"  {path}" for path in made)
    _finish(f"made {where}/ with\n{listed}\n{told}\nNext: touchline -C {where} validate")


@_command("demo")
@click.argument("where", metavar="[DIR]", required=False, default="touchline-demo", type=_Path())
@click.option("--users", type=_some, default=20_000, show_default=True, help="How many users.")
@click.option("--events", type=_some, default=500_000, show_default=True, help="How many events.")
@click.option("--seed", default=7, show_default=True, help="The same seed, the same customers.")
def demo(context: click.Context, where: Path, users: int, events: int, seed: int) -> None:
    """The whole story in under a minute, on generated customers and servers on this machine."""
    from connectors.demo.generate import Scale
    from connectors.demo.story import tell

    scale = Scale(users, events, seed)
    sys.exit(tell(where, scale, now=_SystemClock().now(), program=main, say=click.echo))


@_command("add")
@click.argument("play", metavar="[NAME]", required=False)
@click.option("--as", "name", default="", metavar="NEW-NAME", help="The name of the copy.")
@click.option("--with", "said", multiple=True, metavar="INPUT=VALUE", help="A value of an input.")
@_format_option()
def add(
    context: click.Context, play: str | None, name: str, said: tuple[str, ...], form: str
) -> None:
    """Copy a play of the library into the project, to be changed; without NAME list the library."""
    from engine.adding import add_play, plays
    from engine.report.adding import added, listed

    if play is None:
        _finish(listed(plays(), form))
    ask = _asked if _is_asked() else None
    _finish(added(add_play(*_where(context), play, name=name, said=said, ask=ask), form))


def _asked(each: Input) -> str:
    about = f"{each.name}: {each.description or each.type}"
    return str(click.prompt(about, default=each.example, err=True))


@_command("schema")
@click.option("--project", "narrowed", is_flag=True, help="Narrowed to this project's own names.")
@click.option("--out", type=_Path(file_okay=False), help="Write files here.")
def schema(context: click.Context, narrowed: bool, out: Path | None) -> None:
    """The JSON Schemas of every kind of file, for editors and other tools."""
    from engine.report.schemas import narrowed_schemas, plain_schemas, print_or_write

    schemas = narrowed_schemas(_open(context).project) if narrowed else plain_schemas()
    _finish(print_or_write(schemas, out))


# ---------------------------------------------------------------- checking and asking


@_command("validate")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@_format_option(*_CHECK_FORMATS)
@click.option("--sources", is_flag=True, help="Also ask the sources for columns and stored forms.")
@click.option("--dialect", metavar="D", help="Also say what this dialect of SQL cannot say.")
def validate(
    context: click.Context, paths: tuple[Path, ...], form: str, sources: bool, dialect: str | None
) -> None:
    """Check every file: form, names, types, templates. No data is read unless --sources."""
    from engine.check import check_files, narrowed
    from engine.report.problems import render

    folder, start = _where(context)
    checked = narrowed(check_files(folder, start), paths, start)
    if sources:
        from engine.source_check import check_sources

        checked = check_sources(checked, _ports())
    if dialect is not None:
        from engine.dialect_check import check_dialect

        checked = check_dialect(checked, _ports(), dialect)
    checked = narrowed(checked, paths, start)
    _finish(render(checked, form), 0 if checked.is_valid else 1)


@_command("lint")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@_format_option(*_CHECK_FORMATS)
@click.option("--strict", is_flag=True, help="Advice, too, makes the exit status 1.")
@click.option("--rules", "only_rules", is_flag=True, help="List the rules, with reasons.")
def lint(
    context: click.Context, paths: tuple[Path, ...], form: str, strict: bool, only_rules: bool
) -> None:
    """Advice beyond validity: dangerous breadth, what is unused, how a message reads."""
    if only_rules:
        from engine.report.rules import rules_in

        _finish(rules_in(form))
    from engine.check import lint_files, narrowed
    from engine.report.problems import render

    folder, start = _where(context)
    checked = narrowed(lint_files(folder, start), paths, start)
    is_fine = checked.is_valid and not (strict and checked.problems)
    _finish(render(checked, form), 0 if is_fine else 1)


@_command("segment")
@click.argument("name", metavar="PLAYBOOK-OR-SEGMENT")
@_as_of_option
@click.option("--count", "only_count", is_flag=True, help="Only how many.")
@click.option("--limit", type=click.IntRange(min=0), metavar="N", help="At most N keys.")
@_format_option()
def segment(
    context: click.Context,
    name: str,
    as_of: str | None,
    only_count: bool,
    limit: int | None,
    form: str,
) -> None:
    """Who matches now, or then: the keys of a playbook's segment or of a named one."""
    from engine.answers import who_matches
    from engine.report.answers import matching

    workplace = _open(context)
    found = who_matches(workplace, name, _instant(as_of, workplace))
    _finish(matching(found, form, only_count=only_count, limit=limit))


@_command("compile")
@click.argument("name", metavar="PLAYBOOK-OR-SEGMENT")
@_as_of_option
@click.option(
    "--dialect", metavar="D", help="As if all lay in a database of this dialect: snowflake, …"
)
@_format_option()
def compile_(
    context: click.Context, name: str, as_of: str | None, dialect: str | None, form: str
) -> None:
    """The SQL that a segment becomes, with its parameters."""
    from engine.answers import statements_of
    from engine.report.answers import compiled

    workplace = _open(context)
    found = statements_of(workplace, name, _instant(as_of, workplace), dialect=dialect)
    _finish(compiled(found, form))


@_command("explain")
@click.argument("name", metavar="PLAYBOOK-OR-SEGMENT")
@_key_option
@_as_of_option
@_format_option()
def explain(context: click.Context, name: str, key: str, as_of: str | None, form: str) -> None:
    """Why one customer does or does not match, where it stands in the playbook, what comes next."""
    from engine.answers import why
    from engine.report.explained import explained

    workplace = _open(context)
    _finish(explained(why(workplace, name, key, _instant(as_of, workplace)), form))


@_command("preview")
@click.argument("playbook")
@_key_option
@click.option("--step", metavar="ID", help="Only this step.")
@click.option("--open", "in_browser", is_flag=True, help="Show the HTML in a browser.")
@click.option("--send-to", metavar="ADDRESS", help="Send them to this address alone.")
@_as_of_option
@_format_option()
def preview(
    context: click.Context,
    playbook: str,
    key: str,
    step: str | None,
    in_browser: bool,
    send_to: str | None,
    as_of: str | None,
    form: str,
) -> None:
    """The messages of a playbook as this customer would get them. Nothing is recorded."""
    from engine.previews import open_in_browser, preview_of, send_preview
    from engine.report.answers import previewed
    from engine.report.text import count

    workplace = _open(context)
    messages = preview_of(workplace, playbook, key, _instant(as_of, workplace), step=step)
    if in_browser:
        open_in_browser(messages)
    if send_to:
        number = send_preview(workplace, messages, send_to)
        click.echo(f"{count(number, 'mail')} sent to {send_to}, and to nobody else", err=True)
    _finish(previewed(messages, form))


@_command("test")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@_format_option("text", "json", "junit")
@click.option("--coverage", is_flag=True, help="Also say what the tests leave untried.")
def test(context: click.Context, paths: tuple[Path, ...], form: str, coverage: bool) -> None:
    """Carry out the examples beside the playbooks, on rows and a clock of their own."""
    from engine.examples.coverage import Watching
    from engine.report.examples import tested
    from engine.testing import try_examples

    watching = Watching() if coverage else None
    found = try_examples(_open(context), _props(), paths, _where(context)[1], watching=watching)
    _finish(tested(found, form), 1 if found.failed else 0)


@_command("diff")
@click.argument("base")
@click.argument("head", required=False)
@_as_of_option
@click.option("--keys", "every_key", is_flag=True, help="All keys that are gained and lost.")
@click.option("--limit", type=click.IntRange(min=0), metavar="N", help="At most N keys of each.")
@_format_option("text", "json", "github")
def diff(
    context: click.Context,
    base: str,
    head: str | None,
    as_of: str | None,
    every_key: bool,
    limit: int | None,
    form: str,
) -> None:
    """What a change in git does: which playbooks change, in words, and whom it concerns.

    BASE and HEAD are revisions of git; without HEAD, the files as they lie here.
    """
    from engine.report.review import ALL_KEYS, SAMPLES, reviewed
    from engine.review.compare import compare

    workplace = _open(context)
    found = compare(workplace, base, head, _instant(as_of, workplace))
    shown = ALL_KEYS if every_key else SAMPLES if limit is None else limit
    _finish(reviewed(found, form, limit=shown), found.exit_status)


def _legible(_: click.Context, __: click.Parameter, said: str) -> str:
    """What was typed in another encoding than UTF-8 keeps nothing from being done."""
    return os.fsencode(said).decode("utf-8", "replace")


_why_option = click.option(
    "--why", default="", metavar="W", callback=_legible, help="Why, for the log."
)


class _Day(click.ParamType[date]):
    """A calendar day; what is no day is refused in the user's words, not those of `strptime`."""

    name = "day"

    def convert(
        self, value: str, param: click.Parameter | None, context: click.Context | None
    ) -> date:
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"`{value}` is no day; expected one as 2026-03-10", param, context)


_day = _Day()


def _svg_file(context: click.Context, option: click.Parameter, path: Path | None) -> Path | None:
    """A picture is an SVG whatever the file is called, so that it is to be called so."""
    if path is not None and path.suffix.lower() != ".svg":
        raise click.BadParameter(
            f"the picture is an SVG; name a file that ends in .svg, not {path.name}"
        )
    return path


@_command("simulate")
@click.argument("playbooks", nargs=-1)
@click.option("--from", "first", type=_day, required=True, metavar="D", help="The first day.")
@click.option("--to", "last", type=_day, required=True, metavar="D", help="The last day.")
@click.option(
    "--out",
    type=_Path(dir_okay=False),
    metavar="FILE.svg",
    callback=_svg_file,
    help="Draw it.",
)
@_format_option()
def simulate(
    context: click.Context,
    playbooks: tuple[str, ...],
    first: date,
    last: date,
    out: Path | None,
    form: str,
) -> None:
    """Replay the schedule over past days: who enters, touches a day, what is held back and why.

    All active playbooks unless named; named ones also while they are drafts. The data is read as it
    lies now, nothing is written and nothing is sent.
    """
    from engine.report.files import written
    from engine.report.progress import replaying
    from engine.report.simulated import drawn, simulated
    from engine.simulation.replay import simulate as replay

    workplace = _open(context)
    with replaying() as progress:
        found = replay(workplace, playbooks, first, last, progress=progress)
    if out is not None:
        _progress(written(drawn(found), out))
    _finish(simulated(found, form))


# ---------------------------------------------------------------- drawing and measuring


@_command("graph")
@click.argument("playbook", required=False)
@click.option("--out", metavar="FILE", type=_Path(), help="Write it there.")
@click.option(
    "--format",
    "form",
    type=click.Choice(("mermaid", "svg", "json")),
    help="Mermaid unless said, or unless FILE ends in .svg or .json.",
)
def graph(context: click.Context, playbook: str | None, out: Path | None, form: str | None) -> None:
    """A playbook as a flow chart; without one, what of the project uses what.

    Mermaid is text that GitHub and GitLab draw where it stands in Markdown.
    """
    from engine.graph.charts import form_of, playbook_chart, project_chart
    from engine.report.files import written

    form = form or form_of(out)
    workplace = _open(context)
    if playbook is None:
        chart = project_chart(workplace, form)
    else:
        chart = playbook_chart(workplace, playbook, form)
    _finish(written(chart, out))


@_command("metrics")
@click.argument("names", metavar="[NAME]…", nargs=-1)
@_as_of_option
@click.option("--by", metavar="FIELD", help="Tell the metrics apart by this field or path.")
@_format_option("text", "json", "csv")
@click.option("--out", type=_Path(), metavar="FILE.svg", callback=_svg_file, help="Draw them.")
def metrics(
    context: click.Context,
    names: tuple[str, ...],
    as_of: str | None,
    by: str | None,
    form: str,
    out: Path | None,
) -> None:
    """What metrics come to, and what goals came to beside those held out."""
    from engine.measuring.figures import figures_of
    from engine.report.files import written
    from engine.report.metric_picture import picture
    from engine.report.metrics import measured

    workplace = _open(context)
    found = figures_of(workplace, names, _instant(as_of, workplace), by=by)
    if out is not None:
        _finish(written(picture(found), out), found.exit_status)
    _finish(measured(found, form), found.exit_status)


@_command("insights")
@click.option("--stayed", metavar="SEGMENT", required=True, help="Who stayed.")
@click.option("--left", metavar="SEGMENT", required=True, help="Who left.")
@click.option("--since", metavar="FIELD", required=True, help="When a customer began.")
@click.option("--left-at", metavar="FIELD", required=True, help="When a customer left.")
@click.option(
    "--days",
    metavar="N,N,…",
    default="7,14,30",
    show_default=True,
    help="Lengths of the first days to look at.",
)
@click.option("--event", "events", metavar="EVENT", multiple=True, help="Only this one; repeat it.")
@_as_of_option
@_format_option("text", "json", "csv")
@click.option(
    "--out",
    type=_Path(),
    metavar="FILE.svg",
    callback=_svg_file,
    help="Draw what tells most.",
)
def insights(
    context: click.Context,
    stayed: str,
    left: str,
    since: str,
    left_at: str,
    days: str,
    events: tuple[str, ...],
    as_of: str | None,
    form: str,
    out: Path | None,
) -> None:
    """Which early behaviours tell those who stayed from those who left.

    Both are named segments of one entity, of customers of the same age; FIELDs are dates or
    timestamps of it. What is told is told as conditions, too, to be pasted into a segment.
    """
    from engine.measuring.insights import Wanted, insights_of, lengths_of
    from engine.report.files import written
    from engine.report.insight_picture import picture
    from engine.report.insights import seen

    workplace = _open(context)
    wanted = Wanted(stayed, left, since, left_at, lengths_of(days), events)
    found = insights_of(workplace, wanted, _instant(as_of, workplace))
    _finish(seen(found, form) if out is None else written(picture(found), out))


# ---------------------------------------------------------------- running


@_command("run")
@click.argument("playbooks", nargs=-1)
@_as_of_option
@click.option("--dry-run", is_flag=True, help="Decide everything, write and send nothing.")
@_format_option()
def run(
    context: click.Context,
    playbooks: tuple[str, ...],
    as_of: str | None,
    dry_run: bool,
    form: str,
) -> None:
    """One pass now: who enters, what is due, what goes out. All active playbooks unless named."""
    from engine.report.progress import delivering
    from engine.report.runs import ran
    from engine.running import dry, run_now

    workplace = _open(context)
    at, fixed = _instant(as_of, workplace), as_of is not None
    if dry_run:
        summary = dry(workplace, playbooks, at, fixed=fixed)
    else:
        with delivering() as progress:
            summary = run_now(workplace, playbooks, at, fixed=fixed, progress=progress)
    _finish(ran(summary, form), summary.exit_status)


@_command("enroll")
@click.argument("playbook")
@_key_option
@click.option("--anyway", is_flag=True, help="Also who is not in the segment.")
@_as_of_option
@_format_option()
def enroll(
    context: click.Context, playbook: str, key: str, anyway: bool, as_of: str | None, form: str
) -> None:
    """Let one customer into a playbook by hand, if its gates do; the next pass goes on with it."""
    from engine.by_hand import Segment
    from engine.by_hand import enroll as let_in
    from engine.report.by_hand import handled

    workplace = _open(context)
    segment = Segment.PASSED_OVER if anyway else Segment.ASKED
    found = let_in(workplace, playbook, key, _instant(as_of, workplace), segment=segment)
    _finish(handled(found, form), found.exit_status)


@_command("leave")
@click.argument("playbook")
@_key_option
@_why_option
@_format_option()
def leave(context: click.Context, playbook: str, key: str, why: str, form: str) -> None:
    """Take one customer out of a playbook by hand; what had not gone out of it is dropped."""
    from engine.by_hand import take_out
    from engine.report.by_hand import handled

    found = take_out(_open(context), playbook, key, why=why)
    _finish(handled(found, form), found.exit_status)


@_command("daemon")
@click.option("--once", is_flag=True, help="One round: fire what is due, move on, deliver, end.")
@click.option(
    "--metrics-port",
    type=click.IntRange(1, 65535),
    metavar="PORT",
    help="Serve the figures of `status` to Prometheus at this port of this machine.",
)
def daemon(context: click.Context, once: bool, metrics_port: int | None) -> None:
    """Fire schedules, move enrollments on and deliver, until SIGTERM."""
    from engine.daemon import serve

    _write_log()
    if getattr(os, "geteuid", os.getpid)() == 0:
        _progress("touchline: the daemon runs as root, and need not: give it a user of its own")
    with _watched(context, metrics_port):
        status = serve(_open(context), once=once, say=_progress)
    sys.exit(status)


def _write_log() -> None:
    import logging

    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("touchline").setLevel(logging.INFO)


def _watched(context: click.Context, port: int | None) -> AbstractContextManager[object]:
    """The page for monitoring while inside, where a port is said; made from the files of then."""
    from contextlib import closing, nullcontext

    from engine.endpoint import serving
    from engine.overview import overview
    from engine.report.prometheus import CONTENT_TYPE, prometheus_of
    from engine.workplace import open_workplace

    where = _where(context)

    def figures() -> str:
        with closing(open_workplace(*where, _ports())) as workplace:
            return prometheus_of(overview(workplace))

    if port is None:
        return nullcontext()
    return serving("127.0.0.1", port, figures, content_type=CONTENT_TYPE)


@_command("worker")
def worker(context: click.Context) -> None:
    """Deliver what the daemon's passes make, with others on one Postgres ledger, until SIGTERM."""
    from engine.worker import serve

    _write_log()
    sys.exit(serve(_open(context), say=_progress))


connectors = _listing_group("connectors", "What is connected, whether it answers, how fresh it is.")


@_command("list", group=connectors)
@_format_option()
def connectors_list(context: click.Context, form: str) -> None:
    """What is declared, and what it serves; nothing is connected."""
    from engine.connections import list_connectors
    from engine.report.connections import listed

    _finish(listed(list_connectors(_open(context)), form))


@_command("check", group=connectors)
@click.argument("names", nargs=-1)
@_format_option()
def connectors_check(context: click.Context, names: tuple[str, ...], form: str) -> None:
    """Whether the sources answer, how new they are, and what would stop a run."""
    from engine.connections import check_connectors
    from engine.report.connections import exit_status, looked_at

    workplace = _open(context)
    found = check_connectors(workplace, names, workplace.ports.clock.now(), _progress)
    _finish(looked_at(found, form), exit_status(found))


@_command("sync", group=connectors)
@_format_option()
def connectors_sync(context: click.Context, form: str) -> None:
    """Pull the sources that cannot be read where they lie."""
    from engine.connections import sync_connectors
    from engine.report.connections import synced

    _finish(synced(sync_connectors(_open(context)), form))


@_command("track")
@_format_option()
def track(context: click.Context, form: str) -> None:
    """Write the history of tracked fields as they are now; the daemon does so daily."""
    from engine.report.tracking import tracked
    from engine.tracking import track_now

    found = track_now(_open(context))
    _finish(tracked(found, form), found.exit_status)


# ---------------------------------------------------------------- looking and deciding


@_command("status")
@_format_option(*_FORMATS, "prometheus")
def status(context: click.Context, form: str) -> None:
    """Playbooks, fires, enrollments by step, touches by status, and what is held and why."""
    from engine.overview import overview
    from engine.report.books import status_of

    found = overview(_open(context))
    _finish(status_of(found, form), 0 if found.is_well else 1)


held = _listing_group(
    "held",
    "What waits for a person: drafts, fuses that blew, and sends whose outcome is unknown.",
)


@_command("list", group=held)
@_format_option()
def held_list(context: click.Context, form: str) -> None:
    """List what is held."""
    from engine.desk import held_items
    from engine.report.books import held_of

    items = held_items(_open(context))
    _finish(held_of(items, form), 1 if items else 0)


@_command("show", group=held)
@click.argument("item", metavar="ID")
@click.option("--html", "as_html", is_flag=True, help="The HTML instead of the text.")
@_format_option()
def held_show(context: click.Context, item: str, as_html: bool, form: str) -> None:
    """Show a draft in full: its headers and its text, or its HTML."""
    from engine.approving import show_draft
    from engine.report.books import draft_of

    _finish(draft_of(show_draft(_open(context), item), "html" if as_html else form))


@_command("edit", group=held)
@click.argument("item", metavar="ID")
@click.option("--subject", metavar="S", help="The new subject.")
@click.option(
    "--text",
    type=_Text(encoding="utf-8"),
    metavar="FILE",
    help="The new text, as Markdown; - reads it from standard input.",
)
def held_edit(context: click.Context, item: str, subject: str | None, text: Any) -> None:
    """Change a draft: by --subject and --text, or in your editor. It has to be approved anew."""
    from engine.approving import edit_draft
    from engine.report.files import text_in

    said = text_in(text) if text else None
    editor = _editor if _is_asked() else None
    _finish(edit_draft(_open(context), item, subject=subject, text=said, editor=editor))


def _editor(text: str) -> str | None:
    return click.edit(text, extension=".md")


@_command("approve", group=held)
@click.argument("items", metavar="ID…", nargs=-1, required=True)
@click.option("--digest", default="", metavar="D", help="The text of the draft that is meant.")
def held_approve(context: click.Context, items: tuple[str, ...], digest: str) -> None:
    """Let drafts go as they read, or the listed people of a blown fuse enter, at the next pass."""
    from engine.desk import approve

    _finish(approve(_open(context), items, digest=digest))


@_command("drop", group=held)
@click.argument("items", metavar="ID…", nargs=-1, required=True)
@_why_option
def held_drop(context: click.Context, items: tuple[str, ...], why: str) -> None:
    """Say no: a draft goes to nobody, nobody of a blown fuse enters by it."""
    from engine.desk import drop

    _finish(drop(_open(context), items, why=why))


@_command("resolve", group=held)
@click.argument("item", metavar="ID")
@click.option("--sent", is_flag=True, help="It went out.")
@click.option("--not-sent", is_flag=True, help="It did not: the same bytes go out again.")
def held_resolve(context: click.Context, item: str, sent: bool, not_sent: bool) -> None:
    """Say what became of a send whose outcome is unknown; --not-sent sends the same bytes again."""
    from engine.desk import resolve

    if sent is not_sent:
        raise click.UsageError("Say one of --sent and --not-sent: what happened.", context)
    _finish(resolve(_open(context), item, was_sent=sent))


tasks = _listing_group("tasks", "The built-in task inbox.")


@_command("list", group=tasks)
@_format_option()
@click.option("--all", "every", is_flag=True, help="Also those that are done.")
@click.option("--assignee", default="", metavar="PERSON", help="Of one: an address, or house.NAME.")
@click.option("--playbook", default="", metavar="P", help="Of one playbook.")
def tasks_list(
    context: click.Context, form: str, every: bool, assignee: str, playbook: str
) -> None:
    """List open tasks, what is due first."""
    from engine.desk import task_list
    from engine.report.books import tasks_of

    found = task_list(_open(context), every=every, assignee=assignee, playbook=playbook)
    _finish(tasks_of(found, form))


@_command("done", group=tasks)
@click.argument("task", metavar="ID")
@click.option("--outcome", default="", help="What came of it; one of the task's outcomes.")
def tasks_done(context: click.Context, task: str, outcome: str) -> None:
    """Mark a task as done."""
    from engine.desk import finish_task

    _finish(finish_task(_open(context), task, outcome=outcome))


@_command("reassign", group=tasks)
@click.argument("task", metavar="ID")
@click.option("--to", "person", required=True, metavar="PERSON", help="An address, or house.NAME.")
def tasks_reassign(context: click.Context, task: str, person: str) -> None:
    """Give a task to another person."""
    from engine.desk import reassign_task

    _finish(reassign_task(_open(context), task, person))


@_command("halt")
@click.argument("playbooks", nargs=-1)
@_why_option
def halt(context: click.Context, playbooks: tuple[str, ...], why: str) -> None:
    """Stop everything that goes out (or of these playbooks) in every process, within a second."""
    from engine.halting import halt as stop
    from engine.read.load import project_root

    root = project_root(*_where(context))
    _finish(stop(root, lambda: _open(context), playbooks, why))


@_command("resume")
@click.argument("playbooks", nargs=-1)
@click.option("--yes", is_flag=True, help="Do not ask after showing the backlog.")
def resume(context: click.Context, playbooks: tuple[str, ...], yes: bool) -> None:
    """Let it go on, after showing the backlog and its age."""
    from engine.halting import backlog, let_go_on

    workplace = _open(context)
    click.echo(backlog(workplace, playbooks))
    if not yes and _is_asked():
        click.confirm("Let it go on?", abort=True)
    _finish(let_go_on(workplace, playbooks))


@_command("inbound")
@click.argument("files", metavar="[FILE]…", nargs=-1, type=_Path(exists=True, allow_dash=True))
@click.option(
    "--format",
    "form",
    type=click.Choice(("dsn", "ses", "postmark", "sendgrid")),
    default="dsn",
    show_default=True,
    help="What comes in: mails (a message, an mbox, a Maildir), or events of a provider as JSON.",
)
@click.option("--json", "as_json", is_flag=True, help="Print what came of it as JSON.")
def inbound(context: click.Context, files: tuple[Path, ...], form: str, as_json: bool) -> None:
    """Take in bounces, complaints and delivery events, from FILEs or from standard input."""
    from engine.receiving import receive
    from engine.report.inbound import received

    given = io.BytesIO() if sys.stdin is None else sys.stdin.buffer
    found = receive(_open(context), files, form, stdin=given)
    _finish(received(found, "json" if as_json else "text"), found.exit_status)


suppress = _listing_group("suppress", "Addresses that are not to be contacted.")


@_command("list", group=suppress)
@_format_option()
def suppress_list(context: click.Context, form: str) -> None:
    """List suppressions; addresses are kept as digests only."""
    from engine.desk import suppression_list
    from engine.report.books import suppressions_of

    _finish(suppressions_of(suppression_list(_open(context)), form))


_topic_option = click.option("--topic", default="", metavar="T", help="Only mail on this topic.")


@_command("add", group=suppress)
@click.argument("address")
@_topic_option
@_why_option
def suppress_add(context: click.Context, address: str, topic: str, why: str) -> None:
    """Stop contacting an address, from this moment on."""
    from engine.desk import stop_contacting

    _finish(stop_contacting(_open(context), address, topic=topic, why=why))


@_command("remove", group=suppress)
@click.argument("address")
@_topic_option
@_why_option
def suppress_remove(context: click.Context, address: str, topic: str, why: str) -> None:
    """Allow contacting an address again."""
    from engine.desk import allow_contacting

    _finish(allow_contacting(_open(context), address, topic=topic, why=why))


@_command("subscribe", group=suppress)
@click.argument("address")
@click.option("--topic", required=True, metavar="T", help="The topic that it asked for.")
@_why_option
def suppress_subscribe(context: click.Context, address: str, topic: str, why: str) -> None:
    """Record that an address asked for a topic that nobody gets unasked."""
    from engine.desk import subscribe_address

    _finish(subscribe_address(_open(context), address, topic=topic, why=why))


@_command("unsubscribe", group=suppress)
@click.argument("token")
def suppress_unsubscribe(context: click.Context, token: str) -> None:
    """Stop the topic of one mail, by the TOKEN in its unsubscribe link or by the whole link."""
    from engine.desk import unsubscribe_by_token

    _finish(unsubscribe_by_token(_open(context), token))


@_command("erase")
@click.argument("key", callback=_readable)
@click.option("--entity", required=True, metavar="E", help="Which entity KEY is of.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@_format_option()
def erase(context: click.Context, key: str, entity: str, yes: bool, form: str) -> None:
    """Remove a person's data for good; they get nothing from now on.

    Contents, addresses, tasks and histories go; the audit log keeps the key, and
    still verifies. It cannot be undone. The source is not changed.
    """
    from engine.erasing import erase_customer
    from engine.report.erasing import erased

    if not yes and _is_asked():
        click.confirm(f"Remove all that is kept of {entity} {key}, for good?", abort=True)
    _finish(erased(erase_customer(_open(context), entity, key), form))


# ---------------------------------------------------------------- the ledger and its proof


@cli.group("audit", cls=_InOrder)
@_project_option
@_debug_option
def audit() -> None:
    """The log of every decision, and its proof."""


@_command("show", group=audit)
@click.option("--for", "key", metavar="KEY", callback=_readable, help="Only of this customer.")
@click.option("--playbook", metavar="P", help="Only of this playbook.")
@click.option("--since", metavar="D", help="A date, a timestamp, or a duration such as `7 days`.")
@_format_option()
def audit_show(
    context: click.Context, key: str | None, playbook: str | None, since: str | None, form: str
) -> None:
    """What was decided and done, and why."""
    from engine.proof import records
    from engine.report.books import audit_of

    _finish(audit_of(records(_open(context), key=key, playbook=playbook, since=since), form))


@_command("verify", group=audit)
@click.option(
    "--against",
    type=_Path(exists=True, dir_okay=False),
    metavar="FILE",
    help="A checkpoint that was kept elsewhere.",
)
@_format_option()
def audit_verify(context: click.Context, against: Path | None, form: str) -> None:
    """Recompute the chain; name the first record that does not fit."""
    from engine.proof import verify
    from engine.report.books import verification_of

    found = verify(_open(context), against)
    _finish(verification_of(found, form), 0 if found.valid else 1)


@_command("checkpoint", group=audit)
def audit_checkpoint(context: click.Context) -> None:
    """Size and head of the log as a signed note, to be kept elsewhere."""
    from engine.proof import checkpoint

    _finish(checkpoint(_open(context)))


@_command("export", group=audit)
def audit_export(context: click.Context) -> None:
    """Every record, one JSON object a line."""
    from engine.proof import export

    for line in export(_open(context)):
        _answer(line)


@cli.group("ledger", cls=_InOrder)
@_project_option
@_debug_option
def ledger() -> None:
    """The ledger's schema, integrity and place."""


@_command("init", group=ledger)
def ledger_init(context: click.Context) -> None:
    """Make the ledger that touchline.yaml points to."""
    from engine.proof import init_ledger

    _finish(init_ledger(_open(context)))


@_command("check", group=ledger)
@_format_option()
def ledger_check(context: click.Context, form: str) -> None:
    """Look for damage, and for what cannot be."""
    from engine.proof import findings
    from engine.report.books import findings_of

    found = findings(_open(context))
    _finish(findings_of(found, form), 1 if found else 0)


@_command("migrate", group=ledger)
def ledger_migrate(context: click.Context) -> None:
    """Bring the ledger to this program's schema."""
    from engine.proof import migrate

    _finish(migrate(_open(context)))


@_command("adopt", group=ledger)
def ledger_adopt(context: click.Context) -> None:
    """Make this ledger, in this place, the live one."""
    from engine.proof import adopt_ledger

    _finish(adopt_ledger(_open(context)))


# ---------------------------------------------------------------- start and end


def _progress(text: str) -> None:
    """Tell how it goes; where nobody can be told, it goes on all the same."""
    from engine.report.text import escaped

    try:
        click.echo(escaped(text), err=True)
    except OSError:
        return


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run the command line and exit with its status; no error ever shows as a traceback."""
    from engine.report.text import let_write_all

    remembered: dict[str, Any] = {}
    for stream in (sys.stdout, sys.stderr):
        let_write_all(stream)
    try:
        cli.main(args=arguments, prog_name="touchline", obj=remembered, standalone_mode=False)
    except click.exceptions.Abort:
        _progress("stopped")
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except Exception as error:  # the outermost loop: what a person reads is a sentence
        if remembered.get("debug"):
            raise
        status = _tell(error)
        if sys.stdout is not None:
            _print_no_more()
        sys.exit(status)
    sys.exit(0)


def _tell(error: Exception) -> int:
    from engine.problems import TouchlineError

    if isinstance(error, TouchlineError):
        _progress(f"touchline: {error}")
        return error.exit_status
    if isinstance(error, FileNotFoundError) and _is_gone():
        _progress(f"touchline: {_GONE}")
        return 2
    if isinstance(error, OSError) and error.errno in _USED_UP:
        _progress(f"touchline: {error.strerror}: make room, then say the same again")
        return 3
    if isinstance(error, OSError) and error.filename:
        _progress(
            f"touchline: {error.filename}: {error.strerror}: look at this path and its rights"
        )
        return 1
    _progress(
        f"touchline: a bug of ours ({type(error).__name__}: {error}); nothing was decided by it. "
        "Say the same with --debug and report what it shows"
    )
    return 1


if __name__ == "__main__":
    main()
