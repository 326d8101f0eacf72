"""The addresses. What raters see belongs to raters.urls, the REST API to both apps."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from heartsite import views
from raters.api import api_urls
from studies import urls as material

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("healthz", views.health, name="health"),
    path("favicon.ico", views.favicon, name="favicon"),
    path("robots.txt", views.robots, name="robots"),
    path("admin/", admin.site.urls),
    path("api/", include(([*material.urlpatterns, *api_urls], material.app_name))),
    path("", include("raters.urls")),
]
