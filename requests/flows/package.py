"""Choice of a support package, among those that are in force."""

from django.utils.translation import gettext as _

from requests.enums import AnswerKind
from requests.flows.definitions import Flow, FlowChoice, FlowKind, FlowStep
from requests.models import Case, SupportPackage
from requests.selectors.packages import PackageComparison, comparison
from requests.workflow import OPEN

TASK = STEP = "package"


def build(case: Case, language: str) -> Flow:
    """Return the question, each choice with its lines in words as the page of the packages has them."""
    packages = comparison()
    step = FlowStep(
        STEP,
        AnswerKind.ONE,
        _("Which package would you like?"),
        help=_("“I do not know” is fine: a coordinator helps you to choose."),
        choices=_choices(packages),
        former_choices=_former_choices(),
        initial=case.package.slug if case.package else None,
    )
    intro = [_("A package says how much we do for you before, during and after your journey.")]
    if case.package:
        intro.append(_("In your case stands now: %(package)s.") % {"package": f"\u2068{case.package}\u2069"})
    return Flow(TASK, _("Your support package"), (step,), tuple(intro), _("Choose this package"), language=language)


def _choices(packages: PackageComparison) -> tuple[FlowChoice, ...]:
    details: dict[str, list[str]] = {package.name: [] for package in packages.packages}
    for line in packages.lines:
        for name, words, is_offered in line.cells:
            if is_offered:
                details[name].append(_("%(line)s – %(words)s") % {"line": line.name, "words": words})
    return tuple(FlowChoice(package.slug, package.name, tuple(details[package.name])) for package in packages.packages)


def _former_choices() -> tuple[FlowChoice, ...]:
    """Return the packages that were offered once, so that an answer of then still has a name."""
    withdrawn = SupportPackage.objects.filter(is_published=False)
    label = _("%(package)s, no longer offered")
    return tuple(FlowChoice(package.slug, label % {"package": f"\u2068{package}\u2069"}) for package in withdrawn)


KIND = FlowKind(TASK, build, OPEN)
