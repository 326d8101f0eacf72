"""What is added to every answer."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase

#: Bytes of a request outside the administration, where files are uploaded. A rater's form has a few thousand.
LARGEST_FORM = 1024 * 1024

NextStep = Callable[[HttpRequest], HttpResponseBase]


def no_index(get_response: NextStep) -> NextStep:
    """Tell search engines to keep out: a study that can be found is a study that is spoilt."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        return response

    return answer


def small_requests(get_response: NextStep) -> NextStep:
    """Refuses large bodies from people who are not signed in, before anything reads them."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdigit() and int(length) > LARGEST_FORM and not request.path.startswith("/admin/studies/"):
            return HttpResponse("This is too large.", status=413, content_type="text/plain")
        return get_response(request)

    return answer
