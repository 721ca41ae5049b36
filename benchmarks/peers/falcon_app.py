"""The service on Falcon and SQLAlchemy.

Resources are classes; middleware opens the session and authenticates. Falcon has no password hash,
so this uses argon2-cffi with its defaults.

``python falcon_app.py`` creates the tables and the user; ``gunicorn falcon_app:app`` serves.
"""

import base64
import hashlib
import os
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import urlsplit

import falcon
import jwt
from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import DateTime, ForeignKey, String, create_engine, event, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, sessionmaker

SECRET_KEY = os.environ["SECRET_KEY"]
USE_TOKEN_AUTH = os.environ["USE_TOKEN_AUTH"] == "true"
engine = create_engine(os.environ["DATABASE_URL"])
make_session = sessionmaker(engine)
hasher = PasswordHasher()


@event.listens_for(engine, "connect")
def set_pragmas(connection, record):
    if engine.dialect.name == "sqlite":
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            connection.execute(f"PRAGMA {pragma}")


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    password_hash: Mapped[str] = mapped_column(String(255))


def now():
    return datetime.now(UTC)


def in_utc(time):
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


class Record(Base):
    __abstract__ = True
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    source_id: Mapped[str | None] = mapped_column(String(255), unique=True)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=now)
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=now, onupdate=now)


class Student(Record):
    __tablename__ = "students"


class Class(Record):
    __tablename__ = "classes"


class Registration(Base):
    __tablename__ = "registrations"
    student_id: Mapped[int] = mapped_column(
        ForeignKey(Student.id, ondelete="CASCADE"), primary_key=True
    )
    class_id: Mapped[int] = mapped_column(
        ForeignKey(Class.id, ondelete="CASCADE"), primary_key=True, index=True
    )
    timestamp: Mapped[datetime] = mapped_column(default=now)


class SessionMiddleware:
    def process_request(self, req, resp):
        req.context.session = make_session()

    def process_response(self, req, resp, resource, succeeded):
        req.context.session.close()


class AuthMiddleware:
    def process_request(self, req, resp):
        by_token = USE_TOKEN_AUTH and req.path != "/auth/request-token"
        authenticate = self._by_token if by_token else self._by_password
        scheme, _, credentials = (req.auth or "").partition(" ")
        req.context.user = authenticate(req.context.session, scheme.lower(), credentials)
        if req.context.user is None:
            raise falcon.HTTPUnauthorized(challenges=["Bearer" if by_token else "Basic"])

    def _by_token(self, session, scheme, token):
        try:
            claims = jwt.decode(token, SECRET_KEY, algorithms=["HS256"])
        except jwt.InvalidTokenError:
            return None
        return session.get(User, int(claims["sub"])) if scheme == "bearer" else None

    def _by_password(self, session, scheme, credentials):
        try:
            name, _, password = base64.b64decode(credentials).decode().partition(":")
            user = session.scalar(select(User).filter_by(name=name))
            return user if user and hasher.verify(user.password_hash, password) else None
        except (ValueError, VerificationError):
            return None


class ETagMiddleware:
    def process_response(self, req, resp, resource, succeeded):
        if req.method != "GET" or resp.status != falcon.HTTP_200:
            return
        body = resp.render_body()
        resp.etag = tag = hashlib.md5(body).hexdigest()
        if req.if_none_match and tag in req.if_none_match:
            resp.status, resp.media = falcon.HTTP_304, None
        else:
            resp.media, resp.data = None, body


class TokenResource:
    def on_get(self, req, resp):
        expires = datetime.now(UTC) + timedelta(hours=1)
        claims = {"sub": str(req.context.user.id), "exp": expires}
        resp.media = {"token": jwt.encode(claims, SECRET_KEY, algorithm="HS256")}


def get_or_404(req, model, key):
    row = req.context.session.get(model, key)
    if row is None:
        raise falcon.HTTPNotFound
    return row


def named_url(req, row):
    return f"{req.prefix}/api/v1.0/{row.__tablename__}/{row.id}"


def registration_url(req, row):
    return f"{req.prefix}/api/v1.0/registrations/{row.student_id}/{row.class_id}"


def page_of(req, query, url):
    session = req.context.session
    page = req.get_param_as_int("page", min_value=1, default=1)
    size = min(req.get_param_as_int("per_page", min_value=1, default=50), 100)
    total = session.scalar(select(func.count()).select_from(query.order_by(None).subquery()))
    pages = -(-total // size)
    if page > max(pages, 1):
        raise falcon.HTTPNotFound
    rows = session.scalars(query.offset((page - 1) * size).limit(size))

    def link(number):
        return f"{req.prefix}{req.path}?page={number}&per_page={size}"

    return {
        "urls": [url(req, row) for row in rows],
        "meta": {
            "page": page,
            "pages": pages,
            "per_page": size,
            "total": total,
            "prev": link(page - 1) if page > 1 else None,
            "next": link(page + 1) if page < pages else None,
            "first": link(1),
            "last": link(max(pages, 1)),
            "before": str(page - 1) if page > 1 else None,
            "after": str(page + 1) if page < pages else None,
        },
    }


def create(req, resp, row, url):
    req.context.session.add(row)
    req.context.session.commit()
    resp.status, resp.location, resp.media = falcon.HTTP_201, url(req, row), {}


def delete(req, resp, row):
    req.context.session.delete(row)
    req.context.session.commit()
    resp.media = {}


class NamedCollection:
    def __init__(self, model):
        self.model = model

    def on_get(self, req, resp):
        resp.media = page_of(req, select(self.model).order_by(self.model.id), named_url)

    def on_post(self, req, resp):
        create(req, resp, self.model(name=req.get_media()["name"]), named_url)


class NamedItem:
    def __init__(self, model, listing):
        self.model, self.listing = model, listing

    def on_get(self, req, resp, id):
        url = named_url(req, row := get_or_404(req, self.model, id))
        resp.media = {
            "url": url,
            "name": row.name,
            "id": row.id,
            "source_id": row.source_id,
            "created_at": in_utc(row.created_at).isoformat(),
            "updated_at": in_utc(row.updated_at).isoformat(),
            "registrations": f"{url}/registrations/",
        }

    def on_put(self, req, resp, id):
        get_or_404(req, self.model, id).name = req.get_media()["name"]
        req.context.session.commit()
        resp.media = {}

    def on_delete(self, req, resp, id):
        delete(req, resp, get_or_404(req, self.model, id))

    def on_get_registrations(self, req, resp, id):
        get_or_404(req, self.model, id)
        resp.media = page_of(req, self.listing(id), registration_url)


class Registrations:
    def on_get(self, req, resp):
        key = (Registration.student_id, Registration.class_id)
        resp.media = page_of(req, select(Registration).order_by(*key), registration_url)

    def on_post(self, req, resp):
        fields = req.get_media()
        key = self._id(fields["student"], "students"), self._id(fields["class"], "classes")
        create(req, resp, Registration(student_id=key[0], class_id=key[1]), registration_url)

    def _id(self, url, collection):
        found, _, id = urlsplit(url).path.rpartition("/")
        if found != f"/api/v1.0/{collection}":
            raise falcon.HTTPBadRequest
        return int(id)

    def on_get_item(self, req, resp, student_id, class_id):
        row = get_or_404(req, Registration, (student_id, class_id))
        resp.media = {
            "url": registration_url(req, row),
            "student": f"{req.prefix}/api/v1.0/students/{student_id}",
            "class": f"{req.prefix}/api/v1.0/classes/{class_id}",
            "timestamp": format_datetime(row.timestamp.replace(tzinfo=UTC), usegmt=True),
            "created_at": in_utc(row.timestamp).isoformat(),
        }

    def on_delete_item(self, req, resp, student_id, class_id):
        delete(req, resp, get_or_404(req, Registration, (student_id, class_id)))


def registrations_of_student(id):
    return select(Registration).filter_by(student_id=id).order_by(Registration.class_id)


def registrations_of_class(id):
    return select(Registration).filter_by(class_id=id).order_by(Registration.student_id)


app = falcon.App(middleware=[SessionMiddleware(), AuthMiddleware(), ETagMiddleware()])
app.add_route("/auth/request-token", TokenResource())
for model, listing in ((Student, registrations_of_student), (Class, registrations_of_class)):
    prefix, item = f"/api/v1.0/{model.__tablename__}/", NamedItem(model, listing)
    app.add_route(prefix, NamedCollection(model))
    app.add_route(prefix + "{id:int}", item)
    app.add_route(prefix + "{id:int}/registrations/", item, suffix="registrations")
registrations = Registrations()
app.add_route("/api/v1.0/registrations/", registrations)
app.add_route(
    "/api/v1.0/registrations/{student_id:int}/{class_id:int}", registrations, suffix="item"
)

if __name__ == "__main__":
    Base.metadata.create_all(engine)
    with make_session() as session:
        session.add(User(name="miguel", password_hash=hasher.hash("cat")))
        session.commit()
