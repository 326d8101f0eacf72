"""Addresses of the raters' and coders' pages. Nothing in them names a study's system, pair or person."""

from django.urls import path

from raters.views import arriving, coding, ending, helping, pairs, preparing

app_name = "raters"

urlpatterns = [
    path("join/<slug:slug>/", arriving.join, name="join"),
    path("r/<uuid:token>/", arriving.here, name="here"),
    path("r/<uuid:token>/consent/", arriving.consent, name="consent"),
    path("r/<uuid:token>/declined/", arriving.declined, name="declined"),
    path("r/<uuid:token>/instructions/", preparing.instructions, name="instructions"),
    path("r/<uuid:token>/questions/", preparing.comprehension, name="comprehension"),
    path("r/<uuid:token>/not-this-time/", preparing.turned_away, name="turned_away"),
    path("r/<uuid:token>/feedback/<uuid:assignment>/", preparing.feedback, name="feedback"),
    path("r/<uuid:token>/pair/<uuid:assignment>/", pairs.pair, name="pair"),
    path("r/<uuid:token>/rubric/<uuid:assignment>/", pairs.rubric, name="rubric"),
    path("r/<uuid:token>/draft/<uuid:assignment>/<slug:phase>/", pairs.draft, name="draft"),
    path("r/<uuid:token>/skip/<uuid:assignment>/<slug:phase>/", pairs.skip, name="skip"),
    path("r/<uuid:token>/review/", ending.review, name="review"),
    path("r/<uuid:token>/guesses/", ending.blinding, name="blinding"),
    path("r/<uuid:token>/survey/", ending.survey, name="survey"),
    path("r/<uuid:token>/debrief/", ending.debrief, name="debrief"),
    path("r/<uuid:token>/done/", ending.done, name="done"),
    path("r/<uuid:token>/pause/", helping.pause, name="pause"),
    path("r/<uuid:token>/stop/", helping.stop, name="stop"),
    path("r/<uuid:token>/withdraw/", helping.withdraw, name="withdraw"),
    path("r/<uuid:token>/support/", helping.support, name="support"),
    path("r/<uuid:token>/message/", helping.message, name="message"),
    path("c/<uuid:token>/", coding.here, name="coding"),
    path("c/<uuid:token>/begin/", coding.begin, name="coding_begin"),
    path("c/<uuid:token>/text/<uuid:assignment>/", coding.text, name="coding_text"),
    path("c/<uuid:token>/draft/<uuid:assignment>/", coding.draft, name="coding_draft"),
    path("c/<uuid:token>/skip/<uuid:assignment>/", coding.skip, name="coding_skip"),
    path("c/<uuid:token>/earlier/", coding.earlier, name="coding_earlier"),
    path("c/<uuid:token>/support/", coding.support, name="coding_support"),
    path("c/<uuid:token>/stop/", coding.stop, name="coding_stop"),
    path("c/<uuid:token>/done/", coding.done, name="coding_done"),
]
