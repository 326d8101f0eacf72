"""Addresses of the rater's pages. Nothing in them names a study's system, pair or person."""

from django.urls import path

from raters import views

app_name = "raters"

urlpatterns = [
    path("join/<slug:slug>/", views.join, name="join"),
    path("r/<uuid:token>/", views.here, name="here"),
    path("r/<uuid:token>/consent/", views.consent, name="consent"),
    path("r/<uuid:token>/declined/", views.declined, name="declined"),
    path("r/<uuid:token>/instructions/", views.instructions, name="instructions"),
    path("r/<uuid:token>/pair/<uuid:assignment>/", views.pair, name="pair"),
    path("r/<uuid:token>/review/", views.review, name="review"),
    path("r/<uuid:token>/done/", views.done, name="done"),
    path("r/<uuid:token>/stop/", views.stop, name="stop"),
    path("r/<uuid:token>/support/", views.support, name="support"),
]
