-- How long did a workload go without the pod that was evicted, and how many never came back?
-- For the results of a run: evictsim parquet results/storm; cd results/storm; duckdb < ../queries/waiting.sql
SELECT
    run,
    workload,
    count(*) AS evictions,
    count(*) FILTER (replacement IS NULL) AS never_made_again,
    count(*) FILTER (replacement IS NOT NULL AND replacement_bound_s IS NULL) AS still_pending,
    quantile_cont(replacement_bound_s - time_s, [0.5, 0.95, 1]) AS seconds_until_bound_median_p95_most
FROM read_parquet('parquet/evictions/*/*.parquet', hive_partitioning = true)
GROUP BY ALL
ORDER BY run, workload;
