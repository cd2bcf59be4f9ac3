"""An explorer in a notebook: sliders, payoffs, equilibria and the map, all moving together."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING, Any

from detente.errors import DetenteError, UsageError
from detente.explore.saved_point import as_written
from detente.fields import label_of
from detente.numbers import to_float

if TYPE_CHECKING:
    from collections.abc import Mapping

    from detente.explore.explorer import Explorer

__all__ = ["explorer_widget"]


def explorer_widget(explorer: Explorer) -> Any:
    """Return the widget of an explorer, to be shown as the last value of a notebook's cell.

    The widget holds no mathematics: every move goes to the explorer, every answer comes from it. It needs no network.

    Raises
    ------
    UsageError
        If the widgets of the extra ``lab`` are not installed.
    """
    try:
        import anywidget
        import traitlets
    except ImportError:
        raise UsageError(
            "explore needs the notebook widgets; install the extra lab: pip install 'detente[lab]'"
        ) from None

    folder = resources.files("detente.explore")

    class ExplorerWidget(anywidget.AnyWidget):
        """The widget: ``explorer`` is what it shows."""

        _esm = (folder / "explorer.js").read_text(encoding="utf-8")
        _css = (folder / "explorer.css").read_text(encoding="utf-8")
        title = traitlets.Unicode().tag(sync=True)
        controls: Any = traitlets.List().tag(sync=True)
        points: Any = traitlets.List().tag(sync=True)
        view = traitlets.Dict().tag(sync=True)

        def __init__(self, explorer: Explorer) -> None:
            self.explorer = explorer
            model = explorer.model
            named = ("baseline", *model.definition.points)
            title = label_of(model.definition.label, explorer.lang) or model.name
            super().__init__(
                title=title if model.variant is None else f"{title}: {model.label(model.variant.name, explorer.lang)}",
                controls=[each.to_json() for each in explorer.controls.values()],
                points=[{"name": each, "label": model.label(each, explorer.lang)} for each in named],
                view=answer(explorer, {}),
            )
            # Requests are messages and no state: state would be echoed to the page before the answer, and the page
            # holds back a change of state until the kernel has said that it is done with the one before.
            self.on_msg(lambda _widget, content, _buffers: self.respond(content))

        def respond(self, request: Mapping[str, Any]) -> None:
            """Answer a request of the front end; an empty one is sent to be received and no more."""
            if request:
                self.view = answer(self.explorer, request)

    return ExplorerWidget(explorer)


def answer(explorer: Explorer, request: Mapping[str, Any]) -> dict[str, Any]:
    """Do what a request asks of an explorer, and return what is to be shown; what is wrong is part of the answer."""
    error, saved = "", ""
    try:
        if "reset" in request:
            explorer.reset(str(request["reset"]))
        if "over" in request:
            explorer.show_over(*map(str, request["over"]))
        if "hold" in request:
            explorer.panels.hold(*map(str, request["hold"]))
        if "moves" in request:
            explorer.move({str(name): str(text) for name, text in request["moves"].items()})
        if "terms" in request:
            explorer.open(tuple(str(request["terms"]).split(",")))
        if "save" in request:
            saved = f"saved in {explorer.save(str(request['save'])).name}; load the study again to use it by name"
    except DetenteError as fault:
        error = str(fault)
    view = explorer.view()
    values = explorer.at().values
    return {
        **view.to_json(),
        "texts": {name: as_written(values[name]).strip('"') for name in explorer.controls},
        "numbers": {name: to_float(values[name]) for name in explorer.controls},
        "over": list(explorer.over or ()),
        "point": explorer.point,
        "code": explorer.code(),
        "error": error,
        "saved": saved,
        "id": request.get("id", 0),
        **({"at": request["at"]} if "at" in request else {}),
    }
