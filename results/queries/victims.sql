-- Whom did each run evict, why, and was the victim to blame?
-- For the results of a run: evictsim parquet results/storm; cd results/storm; duckdb < ../queries/victims.sql
SELECT
    run,
    qos_class,
    decided_by,
    count(*) AS evictions,
    count(*) FILTER (role = 'innocent') AS innocent,
    round(avg(excess) / 1048576, 1) AS mean_excess_mebibytes
FROM read_parquet('parquet/evictions/*/*.parquet', hive_partitioning = true)
GROUP BY ALL
ORDER BY run, evictions DESC, qos_class, decided_by;
