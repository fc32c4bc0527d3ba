-- How does the risk change from point to point of a sweep, and how sure is that?
-- For the results of a sweep: evictsim parquet results/overcommit; cd results/overcommit; duckdb < ../queries/risk.sql
SELECT
    point,
    run,
    count(*) AS replications,
    sum(evictions) / sum(pod_months) AS evictions_per_pod_month,
    avg(any_eviction) AS share_of_runs_with_an_eviction,
    -- None of n is not never: below 3/n.
    CASE WHEN sum(any_eviction) = 0 THEN 3.0 / count(*) END AS share_is_below,
    avg(oom_before_eviction) AS share_where_the_kernel_was_first
FROM read_parquet('parquet/runs/*/*.parquet', hive_partitioning = true)
GROUP BY point, run
ORDER BY point, run;
