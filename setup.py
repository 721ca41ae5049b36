from pathlib import Path

from setuptools import find_packages, setup

setup(
    name="classroom",
    version="0.1.0",
    description="Students, classes and registrations: a REST service on Pyramid by traversal",
    long_description=Path("README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    classifiers=[
        "Framework :: Pyramid",
        "Programming Language :: Python :: 3.11",
        "Programming Language :: Python :: 3.12",
        "Programming Language :: Python :: 3.13",
        "Topic :: Internet :: WWW/HTTP :: WSGI :: Application",
    ],
    python_requires=">=3.11",
    packages=find_packages(include=["classroom", "classroom.*"]),
    include_package_data=True,
    package_data={"classroom.alembic": ["script.py.mako"]},
    install_requires=[
        "alembic>=1.20",
        "argon2-cffi>=25.1",
        "click>=8.5",
        "msgspec>=0.22",
        "plaster_pastedeploy>=1.0.1",
        "PyJWT>=2.14",  # older versions raise RecursionError on a nested header
        "pyramid>=2.1,<3",
        "pyramid_retry>=2.1.1",
        "pyramid_tm>=2.6",
        "redis>=8.1",
        # Pyramid 2.1 imports pkg_resources, which prints a warning from setuptools 80.9 on.
        "setuptools>=78.1.1,<80.9",
        "SQLAlchemy>=2.1.9,<3",
        "waitress>=3.0.2",
        "zope.sqlalchemy>=4.1",
    ],
    extras_require={
        "postgresql": ["psycopg[binary]>=3.3.9"],
        "testing": [
            "classroom[postgresql]",
            "httpie",
            "hypothesis",
            "jsonschema-rs",
            "openapi-python-client",
            "openapi-spec-validator",
            "pexpect",
            "pytest",
            "pytest-cov",
            "pytest-xdist",
            "schemathesis>=4.32,<5",
            "WebTest",
        ],
        "linting": [
            "classroom[postgresql]",
            "mypy",
            "ruff",
            "types-pexpect",
            "types-waitress",
            "types-WebOb",
        ],
    },
    entry_points={
        "paste.app_factory": ["main = classroom:main"],
        "console_scripts": ["classroom = classroom.cli:classroom"],
    },
)
