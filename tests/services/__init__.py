"""The real servers that the tests run against, each started and stopped by the tests themselves."""

from tests.services.clamd import Clamd
from tests.services.mailserver import MailServer
from tests.services.nginx import Nginx
from tests.services.portal import Portal
from tests.services.postgres import Postgres
from tests.services.prepared import PreparedPostgres
from tests.services.process import Process, free_port
from tests.services.redisserver import RedisServer
from tests.services.s3server import S3Server

__all__ = [
    "Clamd",
    "MailServer",
    "Nginx",
    "Portal",
    "Postgres",
    "PreparedPostgres",
    "Process",
    "RedisServer",
    "S3Server",
    "free_port",
]
