"""What was spent, according to the service: the jobs view, summed by day and asset through the labels.

The view is INFORMATION_SCHEMA.JOBS of the jobs' location
(https://cloud.google.com/bigquery/docs/information-schema-jobs). A script's row sums its statements' rows, which the view
holds too, so only jobs without a parent are counted.
"""

from __future__ import annotations

from datetime import date

from ecom_platform.warehouse.bigquery.failures import explained
from ecom_platform.warehouse.bigquery.jobs import PLATFORM, Jobs, label, unlabelled
from ecom_platform.warehouse.bigquery.statements import literal
from ecom_platform.warehouse.billing import Spending

_SQL = """\
SELECT
  job.job_day AS day,
  job.purpose AS asset,
  COUNT(*) AS jobs,
  COUNTIF(job.failed) AS failed_jobs,
  IFNULL(SUM(job.total_bytes_billed), 0) AS bytes_billed,
  IFNULL(SUM(job.total_slot_ms), 0) AS slot_milliseconds
FROM (
  SELECT
    DATE(creation_time) AS job_day,
    total_bytes_billed,
    total_slot_ms,
    error_result IS NOT NULL AS failed,
    (SELECT MAX(l.value) FROM UNNEST(labels) AS l WHERE l.key = 'platform') AS platform,
    (SELECT MAX(l.value) FROM UNNEST(labels) AS l WHERE l.key = 'warehouse') AS warehouse,
    IFNULL(
      (SELECT MAX(l.value) FROM UNNEST(labels) AS l WHERE l.key = 'asset'),
      (SELECT CONCAT('(', MAX(l.value), ')') FROM UNNEST(labels) AS l WHERE l.key = 'operation')
    ) AS purpose
  FROM {view}
  WHERE creation_time >= TIMESTAMP {since} AND parent_job_id IS NULL
) AS job
WHERE job.platform = {platform} AND job.warehouse = {warehouse}
GROUP BY job.job_day, job.purpose
ORDER BY day, bytes_billed DESC, asset"""


def view_of(location: str) -> str:
    return f"`region-{location.lower()}`.`INFORMATION_SCHEMA`.`JOBS`"


def spending_sql(view: str, warehouse: str, since: date) -> str:
    """The query of the view. The day is a literal, so that the view's partitions are pruned."""
    return _SQL.format(
        view=view,
        since=literal(f"{since.isoformat()} 00:00:00+00"),
        platform=literal(PLATFORM),
        warehouse=literal(label(warehouse)),
    )


def spending(jobs: Jobs, since: date, view: str = "") -> list[Spending]:
    """What the jobs of this warehouse cost since the given day (UTC), included.

    Raises WarehouseError when the jobs view may not be read: it takes bigquery.jobs.listAll on the project.
    """
    options, project = jobs.options, jobs.client().project
    sql = spending_sql(view or view_of(options.location), options.dataset_prefix, since)
    with explained("the jobs view cannot be read", project):
        rows = jobs.query(sql, jobs.labels("cost")).result()
        return [
            Spending(
                day=row["day"],
                asset=unlabelled(row["asset"]),
                jobs=row["jobs"],
                failed_jobs=row["failed_jobs"],
                bytes_billed=row["bytes_billed"],
                slot_milliseconds=row["slot_milliseconds"],
                price=options.price(row["bytes_billed"]),
            )
            for row in rows
        ]
