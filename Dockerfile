# One image for web, workers, beat, relay and migrations; docker-compose.yml says which it is.
FROM python:3.13-slim-bookworm@sha256:01f42367a0a94ad4bc17111776fd66e3500c1d87c15bbd6055b7371d39c124fb AS base

FROM base AS build
ENV UV_PROJECT_ENVIRONMENT=/app/.venv UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never
RUN apt-get update \
    && apt-get install -y --no-install-recommends gettext \
    && rm -rf /var/lib/apt/lists/* \
    && pip install --no-cache-dir uv==0.13.9
WORKDIR /app
COPY pyproject.toml uv.lock .python-version ./
RUN uv sync --locked --no-dev
COPY . .
# Static files go into the image, so that every copy of the web serves the same names.
RUN bin/messages compile && VAR_DIR=/app/build .venv/bin/python manage.py collectstatic --no-input \
    && mv build/static static-collected && rm -rf build

# clamd and freshclam, for who wants papers looked at for viruses: the profile `clamav` of docker-compose.yml.
FROM base AS clamav
RUN apt-get update \
    && apt-get install -y --no-install-recommends clamav-daemon clamav-freshclam \
    && rm -rf /var/lib/apt/lists/*
COPY deploy/clamav /etc/marus/clamav
USER clamav

FROM base
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 VAR_DIR=/var/lib/marus
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        fonts-noto-core libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 postgresql-common ca-certificates \
    # pg_dump must be as new as the server, which Debian 12's is not.
    && /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y \
    && apt-get install -y --no-install-recommends postgresql-client-17 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --home-dir /var/lib/marus --create-home --shell /usr/sbin/nologin marus
WORKDIR /app
COPY --from=build /app /app
# VAR_DIR is a volume for private files; the static files in it are those of the image.
# Volumes take their owner from these folders.
RUN mkdir -p /var/lib/marus/files /var/lib/marus/erasures /var/lib/marus/backups /etc/marus/nginx \
    && ln -s /app/static-collected /var/lib/marus/static && chown -R marus:marus /var/lib/marus /etc/marus
USER marus
VOLUME /var/lib/marus/files
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz/', timeout=4)"]
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", \
     "--blocking-threads", "1", "--respawn-failed-workers", "--workers-kill-timeout", "30", "--no-ws", \
     "portal.wsgi:application"]
