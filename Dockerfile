# Two stages: pip and its cache stay behind, the product runs as a user without rights.
FROM python:3.13-slim-bookworm AS packages
COPY requirements/base.txt .
RUN python -m venv /opt/venv && /opt/venv/bin/pip install --no-cache-dir -r base.txt

FROM python:3.13-slim-bookworm
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 MEDREASON_DATA_DIR=/data
# The code cannot be written to: machine code of the path search is kept with the data.
ENV NUMBA_CACHE_DIR=/data/machine_code
RUN useradd --system --uid 10001 --no-create-home medreason && install -d -o medreason /data
COPY --from=packages /opt/venv /opt/venv
WORKDIR /app
COPY . .
USER medreason
VOLUME /data
EXPOSE 8000
# Where compose runs another part of the product, it names that part's own check or none.
CMD ["python", "manage.py", "up", "--host", "0.0.0.0"]
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=4 \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen('http://127.0.0.1:8000' + os.environ.get('SCRIPT_NAME', '') + '/healthz', timeout=4)"]
