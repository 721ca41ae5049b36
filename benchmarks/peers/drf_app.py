"""The service on Django REST framework, in one file.

It uses viewsets, serializers, Simple JWT, and Django's own users and password hashes.

``python drf_app.py`` creates the tables and the user; ``gunicorn drf_app:app`` serves.
"""

import os
import sys
from urllib.parse import urlsplit

import dj_database_url
import django
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

# This file is a Django app, even if it runs as a script.
sys.modules.setdefault("drf_app", sys.modules[__name__])

DATABASE_URL = os.environ["DATABASE_URL"].replace("+psycopg", "")
PASSWORD = "rest_framework.authentication.BasicAuthentication"
TOKEN = "rest_framework_simplejwt.authentication.JWTAuthentication"

database = dj_database_url.parse(DATABASE_URL, conn_max_age=600)
if DATABASE_URL.startswith("sqlite"):
    pragmas = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
    database["OPTIONS"] = {"init_command": pragmas, "transaction_mode": "IMMEDIATE"}
settings.configure(
    SECRET_KEY=os.environ["SECRET_KEY"],
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF="drf_app",
    DATABASES={"default": database},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    USE_TZ=True,
    TIME_ZONE="UTC",
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "rest_framework",
        "drf_app",
    ],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.middleware.http.ConditionalGetMiddleware",
        "django.middleware.common.CommonMiddleware",
    ],
    REST_FRAMEWORK={
        "DEFAULT_AUTHENTICATION_CLASSES": [
            TOKEN if os.environ["USE_TOKEN_AUTH"] == "true" else PASSWORD
        ],
        "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    },
)
django.setup()

from django.contrib.auth.models import User  # noqa: E402
from django.db import connection, models  # noqa: E402
from django.shortcuts import get_object_or_404  # noqa: E402
from django.urls import path, resolve  # noqa: E402
from django.utils.http import http_date  # noqa: E402
from rest_framework import serializers, viewsets  # noqa: E402
from rest_framework.authentication import BasicAuthentication  # noqa: E402
from rest_framework.pagination import PageNumberPagination  # noqa: E402
from rest_framework.response import Response  # noqa: E402
from rest_framework.reverse import reverse  # noqa: E402
from rest_framework.utils.urls import replace_query_param  # noqa: E402
from rest_framework.views import APIView  # noqa: E402
from rest_framework_simplejwt.tokens import AccessToken  # noqa: E402


class Record(models.Model):
    name = models.CharField(max_length=64)
    source_id = models.CharField(max_length=255, unique=True, null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True


class Student(Record):
    class Meta:
        app_label, db_table, ordering = "drf_app", "students", ["id"]

    def get_url(self, request):
        return reverse("student", [self.pk], request=request)


class Class(Record):
    class Meta:
        app_label, db_table, ordering = "drf_app", "classes", ["id"]

    def get_url(self, request):
        return reverse("class", [self.pk], request=request)


class Registration(models.Model):
    student = models.ForeignKey(Student, models.CASCADE, related_name="registrations")
    class_of = models.ForeignKey(
        Class, models.CASCADE, related_name="registrations", db_column="class_id"
    )
    timestamp = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label, db_table, ordering = "drf_app", "registrations", ["student", "class_of"]
        constraints = [models.UniqueConstraint(fields=["student", "class_of"], name="once")]

    def get_url(self, request):
        return reverse("registration", [self.student_id, self.class_of_id], request=request)


class Pages(PageNumberPagination):
    page_size = 50
    page_size_query_param = "per_page"
    max_page_size = 100

    def get_paginated_response(self, data):
        paginator = self.page.paginator
        here = self.request.build_absolute_uri()
        meta = {
            "page": self.page.number,
            "pages": paginator.num_pages,
            "per_page": paginator.per_page,
            "total": paginator.count,
            "prev": self.get_previous_link(),
            "next": self.get_next_link(),
            "first": replace_query_param(here, "page", 1),
            "last": replace_query_param(here, "page", paginator.num_pages),
            "before": str(self.page.number - 1) if self.page.has_previous() else None,
            "after": str(self.page.number + 1) if self.page.has_next() else None,
        }
        return Response({"urls": data, "meta": meta})


class UrlSerializer(serializers.BaseSerializer):
    def to_representation(self, item):
        return item.get_url(self.context["request"])


FIELDS = ["url", "name", "id", "source_id", "created_at", "updated_at", "registrations"]


class StudentSerializer(serializers.HyperlinkedModelSerializer):
    url = serializers.HyperlinkedIdentityField("student")
    registrations = serializers.HyperlinkedIdentityField("student-registrations")

    class Meta:
        model, fields = Student, FIELDS


class ClassSerializer(serializers.HyperlinkedModelSerializer):
    url = serializers.HyperlinkedIdentityField("class")
    registrations = serializers.HyperlinkedIdentityField("class-registrations")

    class Meta:
        model, fields = Class, FIELDS


class RegistrationSerializer(serializers.BaseSerializer):
    def to_representation(self, item):
        request = self.context["request"]
        return {
            "url": item.get_url(request),
            "student": reverse("student", [item.student_id], request=request),
            "class": reverse("class", [item.class_of_id], request=request),
            "timestamp": http_date(item.timestamp.timestamp()),
            "created_at": item.timestamp,
        }

    def to_internal_value(self, data):
        return {
            "student_id": resolve(urlsplit(data["student"]).path).kwargs["pk"],
            "class_of_id": resolve(urlsplit(data["class"]).path).kwargs["pk"],
        }

    def create(self, validated_data):
        return Registration.objects.create(**validated_data)


class ViewSet(viewsets.ModelViewSet):
    pagination_class = Pages

    def get_serializer_class(self):
        return UrlSerializer if self.action == "list" else self.serializer_class

    def create(self, request):
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        item = serializer.save()
        return Response({}, 201, headers={"Location": item.get_url(request)})

    def update(self, request, pk):
        super().update(request, pk=pk)
        return Response({})

    def destroy(self, request, **key):
        super().destroy(request, **key)
        return Response({})


class StudentViewSet(ViewSet):
    queryset = Student.objects.all()
    serializer_class = StudentSerializer


class ClassViewSet(ViewSet):
    queryset = Class.objects.all()
    serializer_class = ClassSerializer


class RegistrationViewSet(ViewSet):
    queryset = Registration.objects.all()
    serializer_class = RegistrationSerializer

    def get_object(self):
        return get_object_or_404(self.get_queryset(), **self.kwargs)


class RegistrationsOf(ViewSet):
    model = None

    def get_queryset(self):
        return get_object_or_404(self.model, pk=self.kwargs["pk"]).registrations.all()


class RequestToken(APIView):
    authentication_classes = [BasicAuthentication]

    def get(self, request):
        return Response({"token": str(AccessToken.for_user(request.user))})


COLLECTION = {"get": "list", "post": "create"}
ITEM = {"get": "retrieve", "put": "update", "delete": "destroy"}
LISTING = {"get": "list"}
urlpatterns = [
    path("auth/request-token", RequestToken.as_view()),
    path("api/v1.0/students/", StudentViewSet.as_view(COLLECTION)),
    path("api/v1.0/students/<int:pk>", StudentViewSet.as_view(ITEM), name="student"),
    path(
        "api/v1.0/students/<int:pk>/registrations/",
        RegistrationsOf.as_view(LISTING, model=Student),
        name="student-registrations",
    ),
    path("api/v1.0/classes/", ClassViewSet.as_view(COLLECTION)),
    path("api/v1.0/classes/<int:pk>", ClassViewSet.as_view(ITEM), name="class"),
    path(
        "api/v1.0/classes/<int:pk>/registrations/",
        RegistrationsOf.as_view(LISTING, model=Class),
        name="class-registrations",
    ),
    path("api/v1.0/registrations/", RegistrationViewSet.as_view(COLLECTION)),
    path(
        "api/v1.0/registrations/<int:student>/<int:class_of>",
        RegistrationViewSet.as_view({"get": "retrieve", "delete": "destroy"}),
        name="registration",
    ),
]
app = get_wsgi_application()

if __name__ == "__main__":
    call_command("migrate", verbosity=0)
    with connection.schema_editor() as editor:
        for model in (Student, Class, Registration):
            editor.create_model(model)
    User.objects.create_user("miguel", password="cat")
