"""Reading a collection page by page, and adding to it."""

from datetime import UTC, datetime

from pyramid.httpexceptions import HTTPConflict
from pyramid.view import view_config
from sqlalchemy.exc import IntegrityError

from .. import models, pagination, representations
from ..places import Collection, Item
from ..representations import Representation
from ..request import Request
from ..resources import (
    Classes,
    NamedCollection,
    Registrations,
    RegistrationsOfClass,
    RegistrationsOfStudent,
    Students,
)


@view_config(context=Students, request_method="GET", permission="view")
@view_config(context=Classes, request_method="GET", permission="view")
@view_config(context=Registrations, request_method="GET", permission="view")
@view_config(context=RegistrationsOfStudent, request_method="GET", permission="view")
@view_config(context=RegistrationsOfClass, request_method="GET", permission="view")
def read_page(context: Collection, request: Request) -> Representation:
    conf = request.conf
    asked = pagination.parse(
        request.GET.getall, context.listing.arity, conf.per_page, conf.max_per_page
    )
    return representations.page(context, request, context.page(asked))


@view_config(context=Students, request_method="POST", permission="create")
@view_config(context=Classes, request_method="POST", permission="create")
def create(context: NamedCollection, request: Request) -> Representation:
    row = context.item.model(name=representations.read_name(request))
    request.dbsession.add(row)
    request.dbsession.flush()
    return _created(request, context.place(row.id))


@view_config(context=Registrations, request_method="POST", permission="create")
def register(context: Registrations, request: Request) -> Representation:
    student, class_ = representations.read_registration(request)
    key = {"student_id": student.row.id, "class_id": class_.row.id}
    request.dbsession.add(models.Registration(**key, timestamp=datetime.now(UTC)))
    try:
        request.dbsession.flush()
    except IntegrityError:
        raise HTTPConflict("the student is registered for the class already") from None
    return _created(request, context.place(**key))


def _created(request: Request, item: Item) -> Representation:
    request.response.status_int = 201
    request.response.location = request.resource_url(item)
    return {}
