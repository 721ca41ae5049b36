"""The service on Flask, Flask-SQLAlchemy and Flask-HTTPAuth, in the style of api-pycon2014.

``python flask_app.py`` creates the tables and the user; ``gunicorn flask_app:app`` serves.
"""

import os
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import jwt
from flask import Flask, jsonify, request, url_for
from flask_httpauth import HTTPBasicAuth, HTTPTokenAuth
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Engine, event
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.security import check_password_hash, generate_password_hash

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = os.environ["DATABASE_URL"]
app.config["SECRET_KEY"] = os.environ["SECRET_KEY"]
app.config["USE_TOKEN_AUTH"] = os.environ["USE_TOKEN_AUTH"] == "true"
db = SQLAlchemy(app)
basic_auth = HTTPBasicAuth()
token_auth = HTTPTokenAuth("Bearer")
auth = token_auth if app.config["USE_TOKEN_AUTH"] else basic_auth


@event.listens_for(Engine, "connect")
def set_pragmas(connection, record):
    if app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite"):
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            connection.execute(f"PRAGMA {pragma}")


class User(db.Model):
    __tablename__ = "users"
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String(64), unique=True, nullable=False)
    password_hash = db.Column(db.String(255), nullable=False)


def now():
    return datetime.now(UTC)


def in_utc(time):
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


class Registration(db.Model):
    __tablename__ = "registrations"
    student_id = db.Column(db.ForeignKey("students.id"), primary_key=True)
    class_id = db.Column(db.ForeignKey("classes.id"), primary_key=True, index=True)
    timestamp = db.Column(db.DateTime(timezone=True), default=now)

    def get_url(self):
        return url_for(
            "get_registration",
            student_id=self.student_id,
            class_id=self.class_id,
            _external=True,
        )

    def export_data(self):
        return {
            "url": self.get_url(),
            "student": url_for("get_student", id=self.student_id, _external=True),
            "class": url_for("get_class", id=self.class_id, _external=True),
            "timestamp": format_datetime(self.timestamp.replace(tzinfo=UTC), usegmt=True),
            "created_at": in_utc(self.timestamp).isoformat(),
        }


class Record(db.Model):
    __abstract__ = True
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String(64), nullable=False)
    source_id = db.Column(db.String(255), unique=True)
    created_at = db.Column(db.DateTime(timezone=True), default=now)
    updated_at = db.Column(db.DateTime(timezone=True), default=now, onupdate=now)

    def export_fields(self):
        return {
            "name": self.name,
            "id": self.id,
            "source_id": self.source_id,
            "created_at": in_utc(self.created_at).isoformat(),
            "updated_at": in_utc(self.updated_at).isoformat(),
        }


class Student(Record):
    __tablename__ = "students"
    registrations = db.relationship(Registration, lazy="dynamic", cascade="all, delete-orphan")

    def get_url(self):
        return url_for("get_student", id=self.id, _external=True)

    def export_data(self):
        registrations = url_for("get_student_registrations", id=self.id, _external=True)
        fields = self.export_fields()
        return {"url": self.get_url(), **fields, "registrations": registrations}


class Class(Record):
    __tablename__ = "classes"
    registrations = db.relationship(Registration, lazy="dynamic", cascade="all, delete-orphan")

    def get_url(self):
        return url_for("get_class", id=self.id, _external=True)

    def export_data(self):
        registrations = url_for("get_class_registrations", id=self.id, _external=True)
        fields = self.export_fields()
        return {"url": self.get_url(), **fields, "registrations": registrations}


@basic_auth.verify_password
def verify_password(username, password):
    user = db.session.execute(db.select(User).filter_by(name=username)).scalar_one_or_none()
    return user if user and check_password_hash(user.password_hash, password) else None


@token_auth.verify_token
def verify_token(token):
    try:
        data = jwt.decode(token, app.config["SECRET_KEY"], algorithms=["HS256"])
    except jwt.InvalidTokenError:
        return None
    return db.session.get(User, int(data["sub"]))


@basic_auth.error_handler
@token_auth.error_handler
def unauthorized(status):
    return jsonify({"status": status, "error": "unauthorized", "message": "authenticate"}), status


@app.errorhandler(HTTPException)
def error(exception):
    body = {"status": exception.code, "error": exception.name, "message": exception.description}
    return jsonify(body), exception.code


@app.before_request
def authenticate():
    if request.endpoint != "request_token":
        return auth.login_required(lambda: None)()
    return None


@app.after_request
def add_etag(response):
    if request.method in ("GET", "HEAD") and response.status_code == 200:
        response.add_etag()
        response.make_conditional(request)
    return response


@app.get("/auth/request-token")
@basic_auth.login_required
def request_token():
    expires = datetime.now(UTC) + timedelta(hours=1)
    claims = {"sub": str(basic_auth.current_user().id), "exp": expires}
    return {"token": jwt.encode(claims, app.config["SECRET_KEY"], algorithm="HS256")}


def page_of(query, **values):
    page = db.paginate(query, max_per_page=100, per_page=request.args.get("per_page", 50, int))

    def link(number):
        endpoint = request.endpoint
        return url_for(endpoint, page=number, per_page=page.per_page, **values, _external=True)

    return {
        "urls": [item.get_url() for item in page.items],
        "meta": {
            "page": page.page,
            "pages": page.pages,
            "per_page": page.per_page,
            "total": page.total,
            "prev": link(page.prev_num) if page.has_prev else None,
            "next": link(page.next_num) if page.has_next else None,
            "first": link(1),
            "last": link(max(page.pages, 1)),
            "before": str(page.prev_num) if page.has_prev else None,
            "after": str(page.next_num) if page.has_next else None,
        },
    }


def create(item):
    db.session.add(item)
    db.session.commit()
    return {}, 201, {"Location": item.get_url()}


def find(field, endpoint):
    adapter = app.create_url_adapter(request)
    path = request.json[field].removeprefix(request.host_url.rstrip("/"))
    found, values = adapter.match(path, method="GET")
    if found != endpoint:
        raise NotFound
    return values["id"]


@app.get("/api/v1.0/students/")
def get_students():
    return page_of(db.select(Student).order_by(Student.id))


@app.post("/api/v1.0/students/")
def new_student():
    return create(Student(name=request.json["name"]))


@app.get("/api/v1.0/students/<int:id>")
def get_student(id):
    return db.get_or_404(Student, id).export_data()


@app.put("/api/v1.0/students/<int:id>")
def edit_student(id):
    db.get_or_404(Student, id).name = request.json["name"]
    db.session.commit()
    return {}


@app.delete("/api/v1.0/students/<int:id>")
def delete_student(id):
    db.session.delete(db.get_or_404(Student, id))
    db.session.commit()
    return {}


@app.get("/api/v1.0/students/<int:id>/registrations/")
def get_student_registrations(id):
    query = db.get_or_404(Student, id).registrations.order_by(Registration.class_id)
    return page_of(query.statement, id=id)


@app.get("/api/v1.0/classes/")
def get_classes():
    return page_of(db.select(Class).order_by(Class.id))


@app.post("/api/v1.0/classes/")
def new_class():
    return create(Class(name=request.json["name"]))


@app.get("/api/v1.0/classes/<int:id>")
def get_class(id):
    return db.get_or_404(Class, id).export_data()


@app.get("/api/v1.0/classes/<int:id>/registrations/")
def get_class_registrations(id):
    query = db.get_or_404(Class, id).registrations.order_by(Registration.student_id)
    return page_of(query.statement, id=id)


@app.get("/api/v1.0/registrations/")
def get_registrations():
    key = (Registration.student_id, Registration.class_id)
    return page_of(db.select(Registration).order_by(*key))


@app.post("/api/v1.0/registrations/")
def new_registration():
    student_id, class_id = find("student", "get_student"), find("class", "get_class")
    return create(Registration(student_id=student_id, class_id=class_id))


@app.get("/api/v1.0/registrations/<int:student_id>/<int:class_id>")
def get_registration(student_id, class_id):
    return db.get_or_404(Registration, (student_id, class_id)).export_data()


@app.delete("/api/v1.0/registrations/<int:student_id>/<int:class_id>")
def delete_registration(student_id, class_id):
    db.session.delete(db.get_or_404(Registration, (student_id, class_id)))
    db.session.commit()
    return {}


if __name__ == "__main__":
    with app.app_context():
        db.create_all()
        db.session.add(User(name="miguel", password_hash=generate_password_hash("cat")))
        db.session.commit()
