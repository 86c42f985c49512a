"""Figures of message threads, by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callsignals.figures.grouped import Belonging
from callsignals.figures.threads import (
    automatic_signals,
    first_reply_signals,
    median_interval,
    private_reply_signals,
    reply_signals,
    resolution_signals,
    thread_events,
)
from callsignals.figures.working_hours import WorkingHours
from callsignals.inputs.rows import MessageRow

HELSINKI = ZoneInfo("Europe/Helsinki")
NINE_TO_FIVE = {"opens_s": 9 * 3600, "closes_s": 17 * 3600}


def thread(*messages: tuple[str, str], resolved: bool | None = None) -> list[MessageRow]:
    """Messages by sender and time of 2026 (UTC)."""
    return [
        MessageRow(
            "t", "acme", sender, datetime.fromisoformat(f"2026-{at}:00+00:00"), "Text", resolved=resolved, row=number
        )
        for number, (sender, at) in enumerate(messages, start=1)
    ]


def events(*threads: list[MessageRow], hours: WorkingHours | None = None):
    return [event for one in threads for event in thread_events(one, Belonging("acme"), hours)]


def test_a_wait_runs_from_the_first_unanswered_message_to_our_next():
    # Waits: 10:00 -> 10:30 (the second message of the customer is part of it), and 11:00 -> 12:30.
    talk = thread(
        ("customer", "03-02T10:00"),
        ("customer", "03-02T10:20"),
        ("us", "03-02T10:30"),
        ("us", "03-02T10:40"),
        ("customer", "03-02T11:00"),
        ("us", "03-02T12:30"),
    )
    (first,) = first_reply_signals(events(talk))
    assert (first.value, first.n) == (1800.0, 1)
    median, answered = reply_signals(events(talk))
    assert (median.value, median.numerator, median.denominator) == (3600.0, 7200.0, 2.0)
    assert (answered.value, answered.n) == (1.0, 2)


def test_the_median_stands_with_the_parts_of_the_mean_beside_it():
    waits = [thread(("customer", "03-02T10:00"), ("us", f"03-02T10:{minutes:02}")) for minutes in (1, 2, 3, 4, 50)]
    (first,) = first_reply_signals(events(*waits))
    assert first.value == 180.0
    assert first.numerator / first.denominator == 720.0
    assert first.low is None  # five values have no 95 % interval of a median


def test_automatic_replies_end_no_wait_and_stand_apart():
    talk = thread(("customer", "03-02T10:00"), ("auto", "03-02T10:01"), ("us", "03-02T11:00"))
    assert first_reply_signals(events(talk))[0].value == 3600.0
    assert automatic_signals(events(talk))[0].value == 60.0
    assert private_reply_signals(events(talk)) == []


def test_what_nobody_answered_has_no_time_but_counts_as_unanswered():
    silent = thread(("customer", "03-02T10:00"), ("auto", "03-02T10:01"))
    (first,) = first_reply_signals(events(silent))
    assert (first.status, first.reason, first.value) == ("insufficient", "no_reply", None)
    answered = reply_signals(events(silent))[1]
    assert (answered.value, answered.numerator, answered.denominator) == (0.0, 0.0, 1.0)


def test_a_thread_of_ours_alone_says_nothing_of_reply_times():
    ours = events(thread(("us", "03-02T10:00")))
    assert first_reply_signals(ours) == reply_signals(ours) == automatic_signals(ours) == []


def test_private_replies_are_the_customers_messages_after_one_of_ours():
    talk = thread(
        ("customer", "03-01T10:00"), ("us", "03-02T10:00"), ("customer", "03-03T10:00"), ("auto", "03-03T11:00")
    )
    (count,) = private_reply_signals(events(talk))
    assert (count.value, count.n) == (1.0, 1)


def test_over_a_weekend_only_business_hours_count():
    # Friday 6 March 2026 16:30 to Monday 09:45 in Helsinki (UTC+2): 30 + 45 minutes.
    hours = WorkingHours(**NINE_TO_FIVE, country="FI", zone=HELSINKI)
    talk = thread(("customer", "03-06T14:30"), ("us", "03-09T07:45"))
    assert first_reply_signals(events(talk, hours=hours))[0].value == 75 * 60
    assert first_reply_signals(events(talk))[0].value == 65.25 * 3600


@pytest.mark.parametrize(
    ("country", "seconds"),
    [
        ("FI", 2 * 3600),  # Epiphany, Tuesday 6 January 2026, is a holiday in Finland and Sweden ...
        ("SE", 2 * 3600),
        ("GB", 10 * 3600),  # ... and a working day in Britain
        (None, 10 * 3600),
    ],
)
def test_a_holiday_of_the_country_is_no_working_day(country, seconds):
    # Monday 5 January 16:00 to Wednesday 7 January 10:00, UTC.
    hours = WorkingHours(**NINE_TO_FIVE, country=country, zone=UTC)
    talk = thread(("customer", "01-05T16:00"), ("us", "01-07T10:00"))
    assert first_reply_signals(events(talk, hours=hours))[0].value == seconds


def test_friday_and_saturday_are_the_weekend_where_the_country_says_so():
    hours = WorkingHours(**NINE_TO_FIVE, country="JO", zone=UTC)
    friday, sunday = datetime(2026, 2, 6, tzinfo=UTC), datetime(2026, 2, 8, tzinfo=UTC)
    assert hours.seconds_between(friday, friday + timedelta(days=1)) == 0.0
    assert hours.seconds_between(sunday, sunday + timedelta(days=1)) == 8 * 3600


def test_the_day_on_which_clocks_go_forward_is_an_hour_shorter():
    jordan = WorkingHours(country="JO", zone=HELSINKI)  # where Sunday is a working day
    sunday = datetime(2026, 3, 29, tzinfo=HELSINKI)
    assert jordan.seconds_between(sunday, sunday + timedelta(days=1)) == 23 * 3600


@given(
    st.datetimes(datetime(2025, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC)),
    st.lists(st.timedeltas(timedelta(0), timedelta(days=9)), min_size=2, max_size=2),
)
def test_business_seconds_add_up_and_never_exceed_the_clock(start, steps):
    hours = WorkingHours(**NINE_TO_FIVE, country="SE", zone=ZoneInfo("Europe/Stockholm"))
    middle, end = start + steps[0], start + steps[0] + steps[1]
    whole = hours.seconds_between(start, end)
    assert whole == pytest.approx(hours.seconds_between(start, middle) + hours.seconds_between(middle, end))
    assert 0 <= whole <= (end - start).total_seconds()


def test_resolved_threads_are_a_share_of_all():
    threads = [thread(("customer", "03-02T10:00"), resolved=said) for said in (True, True, False, None)]
    (rate,) = resolution_signals(True)(events(*threads))
    assert (rate.value, rate.numerator, rate.denominator) == (0.5, 2.0, 4.0)
    assert (round(rate.low, 4), round(rate.high, 4)) == (0.15, 0.85)  # Wilson, 2 of 4
    assert resolution_signals(False)(events(*threads)) == []


def test_the_latest_word_on_resolution_counts():
    first, second = thread(("customer", "03-02T10:00"), ("customer", "03-03T10:00"), resolved=True)
    reopened = [first, MessageRow(**{**{f: getattr(second, f) for f in second.__slots__}, "resolved": False})]
    assert resolution_signals(True)(events(reopened))[0].value == 0.0


def test_the_interval_of_a_median_is_the_tables_one():
    # Conover's table: ranks 1 and 6 of 6 (96.9 %), 2 and 9 of 10 (97.9 %), 6 and 15 of 20 (95.9 %).
    assert median_interval(range(1, 6)) is None
    assert median_interval(range(1, 7)) == (1, 6)
    assert median_interval(range(1, 11)) == (2, 9)
    assert median_interval(range(1, 21)) == (6, 15)


def test_each_event_of_a_thread_has_an_id_of_its_own_and_the_time_of_its_question():
    talk = thread(
        ("us", "03-01T09:00"),
        ("customer", "03-02T10:00"),
        ("auto", "03-02T10:01"),
        ("us", "03-02T11:00"),
        ("customer", "03-03T10:00"),
        resolved=True,
    )
    found = [(e.observation_id, e.kind, f"{e.observed_at:%d %H:%M}", e.elapsed_s) for e in events(talk)]
    assert found == [
        ("t/first_wait/0", "first_wait", "02 10:00", 3600.0),
        ("t/wait/1", "wait", "03 10:00", None),
        ("t/automatic/0", "automatic", "02 10:00", 60.0),
        ("t/private_reply/0", "private_reply", "02 10:00", None),
        ("t/private_reply/1", "private_reply", "03 10:00", None),
        ("t", "thread", "01 09:00", None),
    ]
    assert [event.resolved for event in events(talk)] == [None] * 5 + [True]


def test_a_machine_answers_in_clock_time_and_only_what_was_asked_before_it():
    hours = WorkingHours(**NINE_TO_FIVE, zone=UTC)
    night = thread(("auto", "03-02T19:00"), ("customer", "03-02T20:00"), ("auto", "03-02T20:05"))
    (machine,) = automatic_signals(events(night, hours=hours))
    assert (machine.name, machine.value) == ("automatic_reply_time_s", 300.0)
    assert automatic_signals(events(thread(("auto", "03-02T19:00"), ("customer", "03-02T20:00")))) == []
    assert automatic_signals(events(thread(("auto", "03-02T19:00")))) == []


def test_six_waits_have_an_interval_and_its_level():
    waits = [thread(("customer", "03-02T10:00"), ("us", f"03-02T10:{minutes:02}")) for minutes in (1, 2, 3, 4, 9, 50)]
    (first,) = first_reply_signals(events(*waits))
    assert (first.value, first.low, first.high, first.interval, first.n) == (210.0, 60.0, 3000.0, 0.95, 6)
    median, answered = reply_signals(events(*waits[:2]))
    assert (median.interval, median.n, median.denominator) == (None, 2, 2.0)
    assert (answered.name, answered.n, answered.interval) == ("answered_share", 2, 0.95)
    assert (answered.low, answered.high) == pytest.approx((0.34238, 1.0), abs=1e-5)  # Wilson, 2 of 2


def test_nothing_answered_counts_nobody():
    silent = events(thread(("customer", "03-02T10:00")))
    assert first_reply_signals(silent)[0].n == 0
    assert resolution_signals(True)([]) == []


def test_without_a_country_saturday_and_sunday_are_free_and_whole_days_count():
    always = WorkingHours()
    monday = datetime(2026, 3, 2, tzinfo=UTC)
    assert always.seconds_between(monday, monday + timedelta(days=7)) == 5 * 86_400
    assert always.seconds_between(monday, monday - timedelta(days=1)) == 0.0
    assert [always.is_working_day((monday + timedelta(days=n)).date()) for n in range(7)] == [True] * 5 + [False] * 2


def test_a_slip_in_a_date_does_not_count_for_ever():
    always = WorkingHours(country="JO")
    start = datetime(2026, 3, 2, tzinfo=UTC)
    ten_years = always.seconds_between(start, start + timedelta(days=3661))
    assert always.seconds_between(start, start + timedelta(days=300_000)) == ten_years
    assert ten_years > always.seconds_between(start, start + timedelta(days=3650))
