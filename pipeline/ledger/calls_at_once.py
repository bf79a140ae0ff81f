"""How many calls an endpoint works on at once, shared by all workers.

The calls in flight are the count: a worker that dies leaves it wrong no longer than its lease.
The most is what the endpoint's dialect says, and less while answers come late: then a quarter of
those that were in flight, for each late answer costs a whole time limit and growing back costs
nothing. It grows while answers take less than half of the time limit. Endpoints of one base URL
are one server: the calls to all of them are counted. Calls of no job (tests) are not.
"""

from django.conf import settings
from django.db import connection
from django.db.models import F

from pipeline.models import Endpoint, EndpointPace, LLMCall
from pipeline.models.calls import JOB_ITEMS

# SQL by hand, with the status in its text: only so are the small indexes of calls in flight used.
IN_FLIGHT = " UNION ALL ".join(
    f"""
SELECT COUNT(*) FROM pipeline_llmcall
WHERE served_by_id IN (SELECT id FROM pipeline_endpoint WHERE base_url = %s)
    AND status = 'in_flight' AND {item.kind}_id IS NOT NULL
"""  # noqa: S608 - the column is the code's
    for item in JOB_ITEMS
)


def most(endpoint: Endpoint, lowered: int | None) -> int | None:
    """The most calls at once, where it has been lowered to so many; None: as many as there are."""
    return min(filter(None, (lowered, endpoint.dialect.calls_at_once)), default=None)


def has_room(endpoint: Endpoint) -> bool:
    """Whether one more call may be opened, for whoever waits until one may."""
    pace = EndpointPace.objects.get(endpoint=endpoint)
    ceiling = most(endpoint, pace.calls_at_once)
    return ceiling is None or _in_flight(endpoint) < ceiling


def is_within(endpoint: Endpoint) -> bool:
    """Whether there are no more calls in flight than may be, the caller's own among them.

    For the transaction that has written a call's row: until it ends, no other call is opened.
    """
    server = EndpointPace.objects.select_for_update(no_key=True, of=("self",)).order_by("pk")
    paces = {pace.endpoint_id: pace for pace in server.filter(endpoint__base_url=endpoint.base_url)}
    ceiling = most(endpoint, paces[endpoint.pk].calls_at_once)
    return ceiling is None or _in_flight(endpoint) <= ceiling


def lower(endpoint: Endpoint, *, late_call: int) -> bool:
    """Allow the server fewer calls at once after one came late; False: it worked on no other.

    Calls that were sent before the last change say nothing of what is allowed since.
    """
    paces = EndpointPace.objects.filter(endpoint__base_url=endpoint.base_url)
    pace = paces.get(endpoint=endpoint)
    if late_call <= pace.slowed_after:
        return True
    at_once = _in_flight(endpoint) + 1  # the late one is no longer in flight
    ceiling = most(endpoint, pace.calls_at_once)
    if ceiling == at_once == 1:
        return False
    fewer = max(1, min(at_once, ceiling or at_once) // 4)
    paces.filter(slowed_after__lt=late_call).update(
        calls_at_once=fewer, slowed_after=newest_call(endpoint), answered_in_time=0
    )
    return True


def newest_call(endpoint: Endpoint) -> int:
    """The number of the newest call to the endpoint's server; 0 without one."""
    calls = LLMCall.objects.filter(served_by__base_url=endpoint.base_url)
    return calls.order_by("-pk").values_list("pk", flat=True).first() or 0


def take_note(endpoint: Endpoint, *, seconds: float) -> None:
    """An answer came after so many seconds: allow more at once when enough came in good time."""
    lowered = EndpointPace.objects.filter(endpoint=endpoint, calls_at_once__isnull=False)
    if seconds > endpoint.dialect.timeout_seconds / 2:
        lowered.update(answered_in_time=0)
        return
    lowered.update(answered_in_time=F("answered_in_time") + 1)
    pace = lowered.filter(answered_in_time__gte=F("calls_at_once")).first()
    if pace is not None and pace.calls_at_once is not None:
        more = pace.calls_at_once + max(1, pace.calls_at_once // 4)
        full = more >= (endpoint.dialect.calls_at_once or settings.TRACE_THREADS)
        lowered.filter(calls_at_once=pace.calls_at_once).update(
            calls_at_once=None if full else more, answered_in_time=0
        )


def _in_flight(endpoint: Endpoint) -> int:
    with connection.cursor() as cursor:
        cursor.execute(IN_FLIGHT, [endpoint.base_url] * len(JOB_ITEMS))
        return sum(count for (count,) in cursor.fetchall())
