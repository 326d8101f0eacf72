"""Addresses of the REST API's material. Studies and verdicts join them in heartsite.urls."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView

from studies import api

app_name = "api"

urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("studies/<slug:slug>/dialogues/", api.DialogueList.as_view(), name="dialogues"),
]
