"""The service on FastAPI, in the style of its tutorial.

It uses plain functions, SQLAlchemy sessions as dependencies, pwdlib for passwords and PyJWT for
tokens.

``python fastapi_app.py`` creates the tables and the user; ``uvicorn fastapi_app:app`` serves.
"""

import hashlib
import os
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Annotated, Any
from urllib.parse import urlsplit

import jwt
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Query, Request, Response
from fastapi.routing import APIRoute
from fastapi.security import (
    HTTPAuthorizationCredentials,
    HTTPBasic,
    HTTPBasicCredentials,
    HTTPBearer,
)
from pwdlib import PasswordHash
from pydantic import BaseModel, Field
from sqlalchemy import DateTime, ForeignKey, Select, String, create_engine, event, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

SECRET_KEY = os.environ["SECRET_KEY"]
engine = create_engine(os.environ["DATABASE_URL"])
password_hash = PasswordHash.recommended()


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


def now() -> datetime:
    return datetime.now(UTC)


def in_utc(time: datetime) -> datetime:
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


class NameIn(BaseModel):
    name: str = Field(min_length=1, max_length=64)


class RegistrationIn(BaseModel):
    student: str
    class_: str = Field(alias="class")


class NamedOut(BaseModel):
    url: str
    name: str
    id: int
    source_id: str | None
    created_at: datetime
    updated_at: datetime
    registrations: str


class RegistrationOut(BaseModel):
    url: str
    student: str
    class_: str = Field(serialization_alias="class")
    timestamp: str
    created_at: datetime


class Meta(BaseModel):
    page: int
    pages: int
    per_page: int
    total: int
    prev: str | None
    next: str | None
    first: str
    last: str
    before: str | None
    after: str | None


class Page(BaseModel):
    urls: list[str]
    meta: Meta


class ETagRoute(APIRoute):
    """A route that adds an ETag to each 200 to GET, and returns 304 if the client has it."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()

        async def handle_with_etag(request: Request) -> Response:
            response = await handler(request)
            if request.method != "GET" or response.status_code != 200:
                return response
            tag = f'"{hashlib.md5(response.body).hexdigest()}"'
            if request.headers.get("If-None-Match") == tag:
                return Response(status_code=304, headers={"ETag": tag})
            response.headers["ETag"] = tag
            return response

        return handle_with_etag


def get_session():
    with Session(engine) as session:
        yield session


SessionDep = Annotated[Session, Depends(get_session)]


def authenticate_by_password(
    session: SessionDep, credentials: Annotated[HTTPBasicCredentials, Depends(HTTPBasic())]
) -> User:
    user = session.scalar(select(User).where(User.name == credentials.username))
    if not user or not password_hash.verify(credentials.password, user.password_hash):
        raise HTTPException(401, headers={"WWW-Authenticate": "Basic"})
    return user


def authenticate_by_token(
    session: SessionDep, token: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]
) -> User:
    try:
        claims = jwt.decode(token.credentials, SECRET_KEY, algorithms=["HS256"])
    except jwt.InvalidTokenError:
        raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"}) from None
    user = session.get(User, int(claims["sub"]))
    if user is None:
        raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})
    return user


authenticate = (
    authenticate_by_token if os.environ["USE_TOKEN_AUTH"] == "true" else authenticate_by_password
)
app = FastAPI()
api = APIRouter(prefix="/api/v1.0", dependencies=[Depends(authenticate)], route_class=ETagRoute)


@app.get("/auth/request-token")
def request_token(user: Annotated[User, Depends(authenticate_by_password)]) -> dict[str, str]:
    claims = {"sub": str(user.id), "exp": datetime.now(UTC) + timedelta(hours=1)}
    return {"token": jwt.encode(claims, SECRET_KEY, algorithm="HS256")}


class PageParameters(BaseModel):
    page: int = Field(1, ge=1)
    per_page: int = Field(50, ge=1)


PageDep = Annotated[PageParameters, Query()]


def page_of(
    request: Request, session: Session, query: Select, parameters: PageParameters, url: Callable
) -> Page:
    size = min(parameters.per_page, 100)
    total = session.scalar(select(func.count()).select_from(query.order_by(None).subquery()))
    pages = -(-total // size)
    if parameters.page > max(pages, 1):
        raise HTTPException(404)
    items = session.scalars(query.offset((parameters.page - 1) * size).limit(size))

    def link(number: int) -> str:
        return str(request.url.include_query_params(page=number, per_page=size))

    return Page(
        urls=[url(request, item) for item in items],
        meta=Meta(
            page=parameters.page,
            pages=pages,
            per_page=size,
            total=total,
            prev=link(parameters.page - 1) if parameters.page > 1 else None,
            next=link(parameters.page + 1) if parameters.page < pages else None,
            first=link(1),
            last=link(max(pages, 1)),
            before=str(parameters.page - 1) if parameters.page > 1 else None,
            after=str(parameters.page + 1) if parameters.page < pages else None,
        ),
    )


def student_url(request: Request, student: Student) -> str:
    return str(request.url_for("get_student", id=student.id))


def class_url(request: Request, class_: Class) -> str:
    return str(request.url_for("get_class", id=class_.id))


def registration_url(request: Request, registration: Registration) -> str:
    key = {"student_id": registration.student_id, "class_id": registration.class_id}
    return str(request.url_for("get_registration", **key))


def named_out(row: Record, url: str, registrations: str) -> NamedOut:
    return NamedOut(
        url=url,
        name=row.name,
        id=row.id,
        source_id=row.source_id,
        created_at=in_utc(row.created_at),
        updated_at=in_utc(row.updated_at),
        registrations=registrations,
    )


def get_or_404(session: Session, model: type[Base], key: Any) -> Any:
    if (row := session.get(model, key)) is None:
        raise HTTPException(404)
    return row


def save(session: Session, row: Base) -> None:
    session.add(row)
    session.commit()


def remove(session: Session, row: Base) -> None:
    session.delete(row)
    session.commit()


def id_in(url: str, collection: str) -> int:
    found, _, id = urlsplit(url).path.rpartition("/")
    if found != f"/api/v1.0/{collection}":
        raise HTTPException(400)
    return int(id)


@api.get("/students/")
def get_students(request: Request, session: SessionDep, parameters: PageDep) -> Page:
    return page_of(request, session, select(Student).order_by(Student.id), parameters, student_url)


@api.post("/students/", status_code=201)
def new_student(request: Request, response: Response, session: SessionDep, body: NameIn) -> dict:
    save(session, student := Student(name=body.name))
    response.headers["Location"] = student_url(request, student)
    return {}


@api.get("/students/{id}")
def get_student(request: Request, session: SessionDep, id: int) -> NamedOut:
    student = get_or_404(session, Student, id)
    registrations = str(request.url_for("get_student_registrations", id=id))
    return named_out(student, student_url(request, student), registrations)


@api.put("/students/{id}")
def edit_student(session: SessionDep, id: int, body: NameIn) -> dict:
    get_or_404(session, Student, id).name = body.name
    session.commit()
    return {}


@api.delete("/students/{id}")
def delete_student(session: SessionDep, id: int) -> dict:
    remove(session, get_or_404(session, Student, id))
    return {}


@api.get("/students/{id}/registrations/")
def get_student_registrations(
    request: Request, session: SessionDep, parameters: PageDep, id: int
) -> Page:
    get_or_404(session, Student, id)
    query = select(Registration).filter_by(student_id=id).order_by(Registration.class_id)
    return page_of(request, session, query, parameters, registration_url)


@api.get("/classes/")
def get_classes(request: Request, session: SessionDep, parameters: PageDep) -> Page:
    return page_of(request, session, select(Class).order_by(Class.id), parameters, class_url)


@api.post("/classes/", status_code=201)
def new_class(request: Request, response: Response, session: SessionDep, body: NameIn) -> dict:
    save(session, class_ := Class(name=body.name))
    response.headers["Location"] = class_url(request, class_)
    return {}


@api.get("/classes/{id}")
def get_class(request: Request, session: SessionDep, id: int) -> NamedOut:
    class_ = get_or_404(session, Class, id)
    registrations = str(request.url_for("get_class_registrations", id=id))
    return named_out(class_, class_url(request, class_), registrations)


@api.get("/classes/{id}/registrations/")
def get_class_registrations(
    request: Request, session: SessionDep, parameters: PageDep, id: int
) -> Page:
    get_or_404(session, Class, id)
    query = select(Registration).filter_by(class_id=id).order_by(Registration.student_id)
    return page_of(request, session, query, parameters, registration_url)


@api.get("/registrations/")
def get_registrations(request: Request, session: SessionDep, parameters: PageDep) -> Page:
    query = select(Registration).order_by(Registration.student_id, Registration.class_id)
    return page_of(request, session, query, parameters, registration_url)


@api.post("/registrations/", status_code=201)
def new_registration(
    request: Request, response: Response, session: SessionDep, body: RegistrationIn
) -> dict:
    key = {"student_id": id_in(body.student, "students"), "class_id": id_in(body.class_, "classes")}
    save(session, registration := Registration(**key))
    response.headers["Location"] = registration_url(request, registration)
    return {}


@api.get("/registrations/{student_id}/{class_id}")
def get_registration(
    request: Request, session: SessionDep, student_id: int, class_id: int
) -> RegistrationOut:
    registration = get_or_404(session, Registration, (student_id, class_id))
    return RegistrationOut(
        url=registration_url(request, registration),
        student=str(request.url_for("get_student", id=student_id)),
        class_=str(request.url_for("get_class", id=class_id)),
        timestamp=format_datetime(registration.timestamp.replace(tzinfo=UTC), usegmt=True),
        created_at=in_utc(registration.timestamp),
    )


@api.delete("/registrations/{student_id}/{class_id}")
def delete_registration(session: SessionDep, student_id: int, class_id: int) -> dict:
    remove(session, get_or_404(session, Registration, (student_id, class_id)))
    return {}


app.include_router(api)

if __name__ == "__main__":
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        save(session, User(name="miguel", password_hash=password_hash.hash("cat")))
