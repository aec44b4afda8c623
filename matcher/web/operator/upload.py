"""The pages of an upload: the form, what a load would do, its problems, and the load itself."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import islice

from flask import make_response, render_template, request, session
from werkzeug.datastructures import FileStorage

from matcher.messages import problem_words, say
from matcher.web.asking import the_home, today
from matcher.web.languages import page_locale
from matcher.web.operator import uploads
from matcher.web.operator.access import TOKEN, UNPROCESSABLE, Answer, operator, sentence, to
from matcher.web.operator.uploads import Asked, Upload
from profiles.loading import AUTO, FORMATS, read
from profiles.problems import Problem

MOST_SHOWN = 500
MOST_FILES = 50
MOST_LABEL = 200
LEVELS = ("error", "warning")
HEADER = ("file", "row", "column", "value", "level", "code", "message", "remedy")


def upload() -> Answer:
    """Show the form."""
    return _form(Asked(), {})


def upload_files() -> Answer:
    """Keep the files and show what loading them would do."""
    files = [one for one in request.files.getlist("files") if one.filename]
    asked = _asked()
    wrong = dict(_wrong(asked, files))
    if wrong:
        return _form(asked, wrong), UNPROCESSABLE
    kept = uploads.keep(the_home().path, session[TOKEN], files, asked)
    _apply(kept, dry_run=True)
    return to("upload_result")


def upload_load() -> Answer:
    """Load what was kept, without uploading it again."""
    kept = _held()
    if kept is None or kept.loaded:
        return _form(Asked(), {"files": sentence("upload.gone")}), UNPROCESSABLE
    _apply(kept, dry_run=False)
    return to("upload_result")


def upload_result() -> Answer:
    """Show what the dry run or the load did, and its problems."""
    kept = _held()
    if kept is None:
        return to("upload")
    level = request.args.get("level", "")
    counted = Counter(one.level for one in kept.problems())
    chosen = (one for one in kept.problems() if level not in LEVELS or one.level == level)
    return render_template(
        "operator/upload_result.html",
        upload=kept,
        counted=counted,
        level=level if level in LEVELS else "",
        levels=LEVELS,
        shown=[problem_line(one, page_locale()) for one in islice(chosen, MOST_SHOWN)],
        most=MOST_SHOWN,
    )


def upload_problems() -> Answer:
    """Give every problem as a table for a spreadsheet."""
    kept = _held()
    if kept is None:
        return to("upload")
    headers = {"Content-Type": "text/csv; charset=utf-8", "Content-Disposition": "attachment; filename=problems.csv"}
    return make_response("".join(_csv(kept.problems(), page_locale())), 200, headers)


def problem_line(found: Problem, locale: str) -> dict[str, str]:
    """Return the cells of a problem, by name of `HEADER`."""
    message, remedy = problem_words(found, locale)
    return {
        "file": found.file,
        "row": "" if found.row is None else str(found.row),
        "column": found.column or "",
        "value": found.value or "",
        "level": say(f"level.{found.level}", locale),
        "code": found.code,
        "message": message,
        "remedy": remedy,
    }


def _csv(problems: Iterator[Problem], locale: str) -> Iterator[str]:
    """Yield the lines of a table; a cell that a spreadsheet would take for a formula gets an apostrophe in front."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    buffer.write("\ufeff")
    writer.writerow(HEADER)
    for found in problems:
        writer.writerow(_harmless(cell) for cell in problem_line(found, locale).values())
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.lstrip("'").startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def _held() -> Upload | None:
    return uploads.held(the_home().path, session[TOKEN])


def _apply(kept: Upload, *, dry_run: bool) -> None:
    rows = read(kept.paths, kept.asked.format, kept.asked.options(today()))
    report = the_home().directory.apply(rows, dry_run=dry_run, actor=operator().name)
    kept.told(report)


def _asked() -> Asked:
    texts = {name: request.form.get(name, "").strip() for name in ("format", "source", "as_of", "consent", "register")}
    return Asked(**texts, list_now="list_now" in request.form)


def _wrong(asked: Asked, files: Sequence[FileStorage]) -> Iterator[tuple[str, str]]:
    """Yield what can't be used, by name of the field."""
    if not 0 < len(files) <= MOST_FILES:
        yield "files", sentence("upload.no_file", most=MOST_FILES)
    if asked.format not in FORMATS:
        yield "format", sentence("upload.no_format")
    if not 0 < len(asked.source) <= MOST_LABEL:
        yield "source", sentence("upload.no_source", most=MOST_LABEL)
    if asked.as_of and not _is_day(asked.as_of):
        yield "as_of", sentence("upload.no_day")
    for name in ("consent", "register"):
        if len(getattr(asked, name)) > MOST_LABEL:
            yield name, sentence("upload.too_long", most=MOST_LABEL)


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text) <= today()
    except ValueError:
        return False


def _form(asked: Asked, wrong: dict[str, str]) -> str:
    return render_template(
        "operator/upload.html",
        asked=asked,
        wrong=wrong,
        formats=[(name, sentence("upload.any_format") if name == AUTO else name) for name in FORMATS],
        megabytes=the_home().settings.upload_megabytes,
        kept=_held(),
        today=today().isoformat(),
    )
