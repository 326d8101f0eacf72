# The image of web, worker and beat. Built and started by docker-compose.yml.

FROM python:3.11-slim AS packages
ENV UV_PYTHON_DOWNLOADS=never
WORKDIR /build
COPY requirements/bootstrap.txt requirements/run.txt ./
RUN python -m venv /uv \
 && /uv/bin/pip install --no-cache-dir --require-hashes -r bootstrap.txt
RUN python -m venv --without-pip /venv \
 && VIRTUAL_ENV=/venv /uv/bin/uv pip install --no-cache --compile-bytecode --require-hashes -r run.txt

FROM python:3.11-slim
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    HEARTSITE_VAR=/data \
    MPLCONFIGDIR=/tmp/matplotlib \
    HEARTSITE_STATIC=/app/collected \
    BIND=0.0.0.0 \
    PORT=8310
WORKDIR /app
COPY --from=packages /venv /venv
COPY . .
# /data is a volume; a new one takes over this folder's owner. The settings of this one step are
# the embedded ones, so no secret is needed and none stays in the image.
RUN useradd --system --uid 10001 --user-group --no-create-home heartsite \
 && python -m compileall -q . \
 && HEARTSITE_VAR=/tmp/build python manage.py collectstatic --no-input --verbosity 0 \
 && rm -rf /tmp/build \
 && install -d -o heartsite -g heartsite /data
USER heartsite
VOLUME /data
EXPOSE 8310
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s --retries=3 \
  CMD ["python", "docker/healthy.py", "web"]
CMD ["gunicorn", "-c", "python:heartsite.webserver"]
