-- What does each of the three figures called overcommit say beside what happened?
-- For the results of a run: evictsim parquet results/storm; cd results/storm; duckdb < ../queries/overcommit.sql
SELECT
    run,
    count(*) AS replications,
    round(avg(requests_to_allocatable), 3) AS requests_to_allocatable,
    round(avg(limits_to_allocatable), 3) AS limits_to_allocatable,
    round(avg(unlimited_share), 3) AS unlimited_share,
    round(avg(use_to_capacity), 3) AS use_to_capacity,
    round(max(peak_use_to_capacity), 3) AS peak_use_to_capacity,
    avg(evictions) AS evictions,
    avg(oom_kills) AS oom_kills
FROM read_parquet('parquet/runs/*/*.parquet', hive_partitioning = true)
GROUP BY ALL
ORDER BY run;
