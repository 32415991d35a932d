"""What a machine that watches asks for: /livez, /readyz, and /metrics in Prometheus' text for who holds METRICS_TOKEN."""

import hmac

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from bot.service.logs import LineCounts
from bot.service.watch import Watch

_CALL_AGAIN = {"retry-after": "5"}


def watch_routes(watch: Watch, lines: LineCounts, token: str) -> list[BaseRoute]:
    """Without a `token` there are no metrics."""

    async def live(_request: Request) -> Response:
        return PlainTextResponse("ok")

    async def ready(_request: Request) -> Response:
        codes = sorted({trouble.code for trouble in watch.troubles()})
        return JSONResponse(
            {"ready": not codes, "troubles": codes},
            503 if codes else 200,
            _CALL_AGAIN if codes else None,
        )

    async def metrics(request: Request) -> Response:
        given = request.headers.get("authorization", "").encode()
        if not hmac.compare_digest(given, b"Bearer " + token.encode()):
            return PlainTextResponse("", 401, {"www-authenticate": "Bearer"})
        from bot.service.measures import MEDIA_TYPE, write_measures  # its library takes memory

        return Response(write_measures(watch, lines), media_type=MEDIA_TYPE)

    routes = [Route("/livez", live), Route("/readyz", ready)]
    return [*routes, Route("/metrics", metrics)] if token else [*routes]
