"""Reading, replacing and deleting one thing."""

from pyramid.view import view_config
from sqlalchemy import delete, update

from .. import representations
from ..places import Item, Resource
from ..representations import Representation
from ..request import Request
from ..resources import V1, Class, NamedItem, Registration, Root, Student


@view_config(context=Root, request_method="GET", permission="view")
@view_config(context=V1, request_method="GET", permission="view")
@view_config(context=Student, request_method="GET", permission="view")
@view_config(context=Class, request_method="GET", permission="view")
@view_config(context=Registration, request_method="GET", permission="view")
def read(context: Resource, request: Request) -> Resource:
    return context


@view_config(context=Student, request_method="PUT", permission="replace")
@view_config(context=Class, request_method="PUT", permission="replace")
def replace(context: NamedItem, request: Request) -> Representation:
    name = representations.read_name(request)
    request.dbsession.execute(update(context.model).filter_by(**context.key).values(name=name))
    return {}


@view_config(context=Student, request_method="DELETE", permission="delete")
@view_config(context=Class, request_method="DELETE", permission="delete")
@view_config(context=Registration, request_method="DELETE", permission="delete")
def remove(context: Item, request: Request) -> Representation:
    request.dbsession.execute(delete(context.model).filter_by(**context.key))
    return {}
