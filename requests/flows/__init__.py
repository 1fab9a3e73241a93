"""Flows: the tasks of a patient that are asked one question a page, saved after each, and checked before they are sent.

A task is a flow when ``requests.flows.registry`` lists its ``FlowKind``: the slug that stands in addresses, the states
of a case in which it can be answered, and ``build(case, language)``, which makes its ``Flow``: anew for each page, so
that its steps may depend on the case, the language and on rows. Texts are strings in that language or lazy. Whoever
reads calls ``KINDS[task].flow(case, language)``, which makes the language the active one meanwhile.

A ``FlowStep`` is one question. Kinds (``AnswerKind``) and what ``Answer.given`` holds:

    yes_no   "yes" or "no"
    one      the code of a choice
    many     a list of codes of choices, in their order
    text     what was typed; ``is_short`` for one line
    number   "12.5": digits and a point, whatever was typed; ``low`` and ``high``, ``unit``
    month    "2024-03", or "2024" where the month is not known
    day      "2027-03-27"
    country  an ISO 3166-1 code
    rows     a list of {code of a column: text or month}, rows without any word left out

``given`` is None where ``Answer.state`` is "I do not know" or "not yet": both count as answered. ``is_asked`` decides by
the answers to the steps before; what it hides stays stored, and is neither shown nor counted, nor does it ask for
others. ``check`` refuses an answer with a sentence.

Reading: ``selectors.answers`` (``current``, ``history``, ``sendings``, ``sent_with``), ``words.lines(step, answer,
language)`` for words, ``Flow.asked(answers)`` for the steps to show. Writing: ``services.flow_answers`` alone. Pages:
``requests.views.flows``.
"""

from requests.flows.definitions import Flow, FlowChoice, FlowColumn, FlowKind, FlowStep, Progress

__all__ = ["Flow", "FlowChoice", "FlowColumn", "FlowKind", "FlowStep", "Progress"]
