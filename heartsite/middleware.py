"""What is added to every answer."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

NextStep = Callable[[HttpRequest], HttpResponseBase]


def no_index(get_response: NextStep) -> NextStep:
    """Tell search engines to keep out: a study that can be found is a study that is spoilt."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        return response

    return answer
