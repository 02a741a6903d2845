WITH anon_3 AS
(SELECT users_1.user_id AS c0, CASE WHEN (abs(users_1.score) <= :abs_10) THEN users_1.score END AS c1, users_1.visits AS c2
FROM product.users AS users_1
WHERE users_1.user_id IS NOT NULL)
 SELECT anon_1.c0 AS key
FROM (SELECT anon_2.c0 AS c0, anon_2.c1 AS c1, anon_2.c2 AS c2, anon_2.c3 AS c3, anon_2.c4 AS c4, anon_2.c5 AS c5, anon_2.c6 AS c6, anon_2.c7 AS c7, anon_2.c8 AS c8, anon_2.c9 AS c9, CASE WHEN (anon_2.c8 IS NOT NULL AND anon_2.c8 >= :param_1) THEN :param_2 WHEN (anon_2.c8 IS NOT NULL) THEN :param_3 ELSE NULL END AS c10
FROM (SELECT anon_3.c0 AS c0, anon_3.c1 AS c1, anon_3.c2 AS c2, coalesce(anon_4.f0, :coalesce_1) AS c3, coalesce(anon_4.f1, :coalesce_2) AS c4, coalesce(anon_4.f2, :coalesce_3) AS c5, coalesce(anon_4.f3, :coalesce_4) AS c6, CASE WHEN (abs(CAST(coalesce(anon_4.f0, :coalesce_1) AS DOUBLE) / nullif(CAST(coalesce(anon_4.f1, :coalesce_2) AS DOUBLE), :param_4)) < :abs_1) THEN CASE WHEN (abs(round((CAST(coalesce(anon_4.f0, :coalesce_1) AS DOUBLE) / nullif(CAST(coalesce(anon_4.f1, :coalesce_2) AS DOUBLE), :param_4)) * :param_5) - (CAST(coalesce(anon_4.f0, :coalesce_1) AS DOUBLE) / nullif(CAST(coalesce(anon_4.f1, :coalesce_2) AS DOUBLE), :param_4)) * :param_5) = :abs_2) THEN round(((CAST(coalesce(anon_4.f0, :coalesce_1) AS DOUBLE) / nullif(CAST(coalesce(anon_4.f1, :coalesce_2) AS DOUBLE), :param_4)) * :param_5) / :param_6) * :round_1 ELSE round((CAST(coalesce(anon_4.f0, :coalesce_1) AS DOUBLE) / nullif(CAST(coalesce(anon_4.f1, :coalesce_2) AS DOUBLE), :param_4)) * :param_5) END / :param_7 WHEN (abs(CAST(coalesce(anon_4.f0, :coalesce_1) AS DOUBLE) / nullif(CAST(coalesce(anon_4.f1, :coalesce_2) AS DOUBLE), :param_4)) <= :abs_3) THEN CAST(coalesce(anon_4.f0, :coalesce_1) AS DOUBLE) / nullif(CAST(coalesce(anon_4.f1, :coalesce_2) AS DOUBLE), :param_4) ELSE NULL END AS c7, CASE WHEN (abs(CASE WHEN (:param_8 + CASE WHEN (CAST(coalesce(anon_4.f1, :coalesce_2) AS DOUBLE) IS NULL) THEN :param_8 ELSE :param_9 END + CASE WHEN (CAST(anon_3.c1 AS DOUBLE) IS NULL) THEN :param_8 ELSE :param_10 END > :param_8) THEN (:param_8 + coalesce(CASE WHEN (((CAST(coalesce(anon_4.f1, :coalesce_2) AS DOUBLE) - :param_11) / :param_12) * :param_13 < :param_8) THEN :param_8 WHEN (((CAST(coalesce(anon_4.f1, :coalesce_2) AS DOUBLE) - :param_11) / :param_12) * :param_13 > :param_14) THEN :param_15 ELSE ((CAST(coalesce(anon_4.f1, :coalesce_2) AS DOUBLE) - :param_11) / :param_12) * :param_13 END * :param_16, :param_8) + coalesce(CASE WHEN (((CAST(anon_3.c1 AS DOUBLE) - :param_17) / :param_18) * :param_19 < :param_8) THEN :param_8 WHEN (((CAST(anon_3.c1 AS DOUBLE) - :param_17) / :param_18) * :param_19 > :param_20) THEN :param_21 ELSE ((CAST(anon_3.c1 AS DOUBLE) - :param_17) / :param_18) * :param_19 END * :param_22, :param_8)) / nullif(:param_8 + CASE WHEN (CAST(coalesce(anon_4.f1, :coalesce_2) AS DOUBLE) IS NULL) THEN :param_8 ELSE :param_9 END + CASE WHEN (CAST(anon_3.c1 AS DOUBLE) IS NULL) THEN :param_8 ELSE :param_10 END, :param_8) ELSE NULL END) < :abs_4) THEN CASE WHEN (abs(round(CASE WHEN (:param_8 + CASE WHEN (CAST(coalesce(anon_4.f1, :coalesce_2) AS DOUBLE) IS NULL) THEN :param_8 ELSE :param_9 END + CASE WHEN (CAST(anon_3.c1 AS DOUBLE) IS NULL) THEN :param_8 ELSE :param_10 END > :param_8) THEN (:param_8 + coalesce(CASE WHEN (((CAST(coalesce(anon_4.f1, :coalesce_2) AS DOUBLE) - :param_11) / :param_12) * :param_13 < :param_8) THEN :param_8 WHEN (((CAST(coalesce(anon_4.f1, :coalesce_2) AS DOUBLE) - :param_11) / :param_12) * :param_13 > :param_14) THEN :param_15 ELSE ((CAST(coalesce(anon_4.f1, :coalesce_2) AS DOUBLE) - :param_11) / :param_12) * :param_13 END * :param_16, :param_8) + coalesce(CASE WHEN (((CAST(anon_3.c1 AS DOUBLE) - :param_17) / :param_18) * :param_19 < :param_8) THEN :param_8 WHEN (((CAST(anon_3.c1 AS DOUBLE) - :param_17) / :param_18) * :param_19 > :param_20) THEN :param_21 ELSE ((CAST(anon_3.c1 AS DOUBLE) - :param_17) / :param_18) * :param_19 END * :param_22, :param_8)) / nullif(:param_8 + CASE WHEN (CAST(coalesce(anon_4.f1, :coalesce_2) AS DOUBLE) IS NULL) THEN :param_8 ELSE :param_9 END + CASE WHEN (CAST(anon_3.c1 AS DOUBLE) IS NULL) THEN :param_8 ELSE :param_10 END, :param_8) ELSE NULL END * :param_23) - CASE WHEN (:param_8 + CASE WHEN (CAST(coalesce(anon_4.f1, :coalesce_2) AS DOUBLE) IS NULL) THEN :param_8 ELSE :param_9 END + CASE WHEN (CAST(anon_3.c1 AS DOUBLE) IS NULL) THEN :param_8 ELSE :param_10 END > :param_8) THEN (:param_8 + coalesce(CASE WHEN (((CAST(coalesce(anon_4.f1, :coalesce_2) AS DOUBLE) - :param_11) / :param_12) * :param_13 < :param_8) THEN :param_8 WHEN (((CAST(coalesce(anon_4.f1, :coalesce_2) AS DOUBLE) - :param_11) / :param_12) * :param_13 > :param_14) THEN :param_15 ELSE ((CAST(coalesce(anon_4.f1, :coalesce_2) AS DOUBLE) - :param_11) / :param_12) * :param_13 END * :param_16, :param_8) + coalesce(CASE WHEN (((CAST(anon_3.c1 AS DOUBLE) - :param_17) / :param_18) * :param_19 < :param_8) THEN :param_8 WHEN (((CAST(anon_3.c1 AS DOUBLE) - :param_17) / :param_18) * :param_19 > :param_20) THEN :param_21 ELSE ((CAST(anon_3.c1 AS DOUBLE) - :param_17) / :param_18) * :param_19 END * :param_22, :param_8)) / nullif(:param_8 + CASE WHEN (CAST(coalesce(anon_4.f1, :coalesce_2) AS DOUBLE) IS NULL) THEN :param_8 ELSE :param_9 END + CASE WHEN (CAST(anon_3.c1 AS DOUBLE) IS NULL) THEN :param_8 ELSE :param_10 END, :param_8) ELSE NULL END * :param_23) = :abs_5) THEN round((CASE WHEN (:param_8 + CASE WHEN (CAST(coalesce(anon_4.f1, :coalesce_2) AS DOUBLE) IS NULL) THEN :param_8 ELSE :param_9 END + CASE WHEN (CAST(anon_3.c1 AS DOUBLE) IS NULL) THEN :param_8 ELSE :param_10 END > :param_8) THEN (:param_8 + coalesce(CASE WHEN (((CAST(coalesce(anon_4.f1, :coalesce_2) AS DOUBLE) - :param_11) / :param_12) * :param_13 < :param_8) THEN :param_8 WHEN (((CAST(coalesce(anon_4.f1, :coalesce_2) AS DOUBLE) - :param_11) / :param_12) * :param_13 > :param_14) THEN :param_15 ELSE ((CAST(coalesce(anon_4.f1, :coalesce_2) AS DOUBLE) - :param_11) / :param_12) * :param_13 END * :param_16, :param_8) + coalesce(CASE WHEN (((CAST(anon_3.c1 AS DOUBLE) - :param_17) / :param_18) * :param_19 < :param_8) THEN :param_8 WHEN (((CAST(anon_3.c1 AS DOUBLE) - :param_17) / :param_18) * :param_19 > :param_20) THEN :param_21 ELSE ((CAST(anon_3.c1 AS DOUBLE) - :param_17) / :param_18) * :param_19 END * :param_22, :param_8)) / nullif(:param_8 + CASE WHEN (CAST(coalesce(anon_4.f1, :coalesce_2) AS DOUBLE) IS NULL) THEN :param_8 ELSE :param_9 END + CASE WHEN (CAST(anon_3.c1 AS DOUBLE) IS NULL) THEN :param_8 ELSE :param_10 END, :param_8) ELSE NULL END * :param_23) / :param_24) * :round_2 ELSE round(CASE WHEN (:param_8 + CASE WHEN (CAST(coalesce(anon_4.f1, :coalesce_2) AS DOUBLE) IS NULL) THEN :param_8 ELSE :param_9 END + CASE WHEN (CAST(anon_3.c1 AS DOUBLE) IS NULL) THEN :param_8 ELSE :param_10 END > :param_8) THEN (:param_8 + coalesce(CASE WHEN (((CAST(coalesce(anon_4.f1, :coalesce_2) AS DOUBLE) - :param_11) / :param_12) * :param_13 < :param_8) THEN :param_8 WHEN (((CAST(coalesce(anon_4.f1, :coalesce_2) AS DOUBLE) - :param_11) / :param_12) * :param_13 > :param_14) THEN :param_15 ELSE ((CAST(coalesce(anon_4.f1, :coalesce_2) AS DOUBLE) - :param_11) / :param_12) * :param_13 END * :param_16, :param_8) + coalesce(CASE WHEN (((CAST(anon_3.c1 AS DOUBLE) - :param_17) / :param_18) * :param_19 < :param_8) THEN :param_8 WHEN (((CAST(anon_3.c1 AS DOUBLE) - :param_17) / :param_18) * :param_19 > :param_20) THEN :param_21 ELSE ((CAST(anon_3.c1 AS DOUBLE) - :param_17) / :param_18) * :param_19 END * :param_22, :param_8)) / nullif(:param_8 + CASE WHEN (CAST(coalesce(anon_4.f1, :coalesce_2) AS DOUBLE) IS NULL) THEN :param_8 ELSE :param_9 END + CASE WHEN (CAST(anon_3.c1 AS DOUBLE) IS NULL) THEN :param_8 ELSE :param_10 END, :param_8) ELSE NULL END * :param_23) END / :param_25 WHEN (abs(CASE WHEN (:param_8 + CASE WHEN (CAST(coalesce(anon_4.f1, :coalesce_2) AS DOUBLE) IS NULL) THEN :param_8 ELSE :param_9 END + CASE WHEN (CAST(anon_3.c1 AS DOUBLE) IS NULL) THEN :param_8 ELSE :param_10 END > :param_8) THEN (:param_8 + coalesce(CASE WHEN (((CAST(coalesce(anon_4.f1, :coalesce_2) AS DOUBLE) - :param_11) / :param_12) * :param_13 < :param_8) THEN :param_8 WHEN (((CAST(coalesce(anon_4.f1, :coalesce_2) AS DOUBLE) - :param_11) / :param_12) * :param_13 > :param_14) THEN :param_15 ELSE ((CAST(coalesce(anon_4.f1, :coalesce_2) AS DOUBLE) - :param_11) / :param_12) * :param_13 END * :param_16, :param_8) + coalesce(CASE WHEN (((CAST(anon_3.c1 AS DOUBLE) - :param_17) / :param_18) * :param_19 < :param_8) THEN :param_8 WHEN (((CAST(anon_3.c1 AS DOUBLE) - :param_17) / :param_18) * :param_19 > :param_20) THEN :param_21 ELSE ((CAST(anon_3.c1 AS DOUBLE) - :param_17) / :param_18) * :param_19 END * :param_22, :param_8)) / nullif(:param_8 + CASE WHEN (CAST(coalesce(anon_4.f1, :coalesce_2) AS DOUBLE) IS NULL) THEN :param_8 ELSE :param_9 END + CASE WHEN (CAST(anon_3.c1 AS DOUBLE) IS NULL) THEN :param_8 ELSE :param_10 END, :param_8) ELSE NULL END) <= :abs_6) THEN CASE WHEN (:param_8 + CASE WHEN (CAST(coalesce(anon_4.f1, :coalesce_2) AS DOUBLE) IS NULL) THEN :param_8 ELSE :param_9 END + CASE WHEN (CAST(anon_3.c1 AS DOUBLE) IS NULL) THEN :param_8 ELSE :param_10 END > :param_8) THEN (:param_8 + coalesce(CASE WHEN (((CAST(coalesce(anon_4.f1, :coalesce_2) AS DOUBLE) - :param_11) / :param_12) * :param_13 < :param_8) THEN :param_8 WHEN (((CAST(coalesce(anon_4.f1, :coalesce_2) AS DOUBLE) - :param_11) / :param_12) * :param_13 > :param_14) THEN :param_15 ELSE ((CAST(coalesce(anon_4.f1, :coalesce_2) AS DOUBLE) - :param_11) / :param_12) * :param_13 END * :param_16, :param_8) + coalesce(CASE WHEN (((CAST(anon_3.c1 AS DOUBLE) - :param_17) / :param_18) * :param_19 < :param_8) THEN :param_8 WHEN (((CAST(anon_3.c1 AS DOUBLE) - :param_17) / :param_18) * :param_19 > :param_20) THEN :param_21 ELSE ((CAST(anon_3.c1 AS DOUBLE) - :param_17) / :param_18) * :param_19 END * :param_22, :param_8)) / nullif(:param_8 + CASE WHEN (CAST(coalesce(anon_4.f1, :coalesce_2) AS DOUBLE) IS NULL) THEN :param_8 ELSE :param_9 END + CASE WHEN (CAST(anon_3.c1 AS DOUBLE) IS NULL) THEN :param_8 ELSE :param_10 END, :param_8) ELSE NULL END ELSE NULL END AS c8, CASE WHEN (abs((CAST(coalesce(anon_4.f2, :coalesce_3) AS DOUBLE) * :param_26) / (nullif(CAST(coalesce(anon_4.f3, :coalesce_4) AS DOUBLE), :param_27) * :param_28) - :param_29) < :abs_7) THEN CASE WHEN (abs(round(((CAST(coalesce(anon_4.f2, :coalesce_3) AS DOUBLE) * :param_26) / (nullif(CAST(coalesce(anon_4.f3, :coalesce_4) AS DOUBLE), :param_27) * :param_28) - :param_29) * :param_30) - ((CAST(coalesce(anon_4.f2, :coalesce_3) AS DOUBLE) * :param_26) / (nullif(CAST(coalesce(anon_4.f3, :coalesce_4) AS DOUBLE), :param_27) * :param_28) - :param_29) * :param_30) = :abs_8) THEN round((((CAST(coalesce(anon_4.f2, :coalesce_3) AS DOUBLE) * :param_26) / (nullif(CAST(coalesce(anon_4.f3, :coalesce_4) AS DOUBLE), :param_27) * :param_28) - :param_29) * :param_30) / :param_31) * :round_3 ELSE round(((CAST(coalesce(anon_4.f2, :coalesce_3) AS DOUBLE) * :param_26) / (nullif(CAST(coalesce(anon_4.f3, :coalesce_4) AS DOUBLE), :param_27) * :param_28) - :param_29) * :param_30) END / :param_32 WHEN (abs((CAST(coalesce(anon_4.f2, :coalesce_3) AS DOUBLE) * :param_26) / (nullif(CAST(coalesce(anon_4.f3, :coalesce_4) AS DOUBLE), :param_27) * :param_28) - :param_29) <= :abs_9) THEN (CAST(coalesce(anon_4.f2, :coalesce_3) AS DOUBLE) * :param_26) / (nullif(CAST(coalesce(anon_4.f3, :coalesce_4) AS DOUBLE), :param_27) * :param_28) - :param_29 ELSE NULL END AS c9
FROM anon_3 LEFT OUTER JOIN (SELECT events_1.user_id AS key, CASE WHEN (abs(sum(CASE WHEN (events_1.name IN (:param_33_1)) THEN CASE WHEN (abs(events_1.seconds) <= :abs_11) THEN events_1.seconds END END)) < :abs_12) THEN CASE WHEN (abs(round((sum(CASE WHEN (events_1.name IN (:param_33_1)) THEN CASE WHEN (abs(events_1.seconds) <= :abs_11) THEN events_1.seconds END END)) * :param_34) - (sum(CASE WHEN (events_1.name IN (:param_33_1)) THEN CASE WHEN (abs(events_1.seconds) <= :abs_11) THEN events_1.seconds END END)) * :param_34) = :abs_13) THEN round(((sum(CASE WHEN (events_1.name IN (:param_33_1)) THEN CASE WHEN (abs(events_1.seconds) <= :abs_11) THEN events_1.seconds END END)) * :param_34) / :param_35) * :round_4 ELSE round((sum(CASE WHEN (events_1.name IN (:param_33_1)) THEN CASE WHEN (abs(events_1.seconds) <= :abs_11) THEN events_1.seconds END END)) * :param_34) END / :param_36 WHEN (abs(sum(CASE WHEN (events_1.name IN (:param_33_1)) THEN CASE WHEN (abs(events_1.seconds) <= :abs_11) THEN events_1.seconds END END)) <= :abs_14) THEN sum(CASE WHEN (events_1.name IN (:param_33_1)) THEN CASE WHEN (abs(events_1.seconds) <= :abs_11) THEN events_1.seconds END END) ELSE NULL END AS f0, count(CASE WHEN (events_1.name IN (:param_37_1)) THEN 1 END) AS f1, count(CASE WHEN (events_1.name IN (:param_38_1) AND events_1.occurred_at >= CAST(:param_39 AS TIMESTAMP_TZ) AND events_1.occurred_at < CAST(:param_40 AS TIMESTAMP_TZ)) THEN 1 END) AS f2, count(CASE WHEN (events_1.name IN (:param_41_1) AND events_1.occurred_at >= CAST(:param_42 AS TIMESTAMP_TZ) AND events_1.occurred_at < CAST(:param_43 AS TIMESTAMP_TZ)) THEN 1 END) AS f3
FROM product.events AS events_1
WHERE events_1.user_id IS NOT NULL AND events_1.occurred_at <= CAST(:param_44 AS TIMESTAMP_TZ) AND (events_1.name IN (:param_33_1) OR events_1.name IN (:param_37_1) OR events_1.name IN (:param_38_1) AND events_1.occurred_at >= CAST(:param_39 AS TIMESTAMP_TZ) AND events_1.occurred_at < CAST(:param_40 AS TIMESTAMP_TZ) OR events_1.name IN (:param_41_1) AND events_1.occurred_at >= CAST(:param_42 AS TIMESTAMP_TZ) AND events_1.occurred_at < CAST(:param_43 AS TIMESTAMP_TZ)) GROUP BY events_1.user_id) AS anon_4 ON anon_4.key = anon_3.c0) AS anon_2) AS anon_1
WHERE anon_1.c7 >= :param_45 AND anon_1.c8 < :param_46 AND anon_1.c10 = :param_47 AND anon_1.c9 <= :param_48 AND anon_1.c3 >= CASE WHEN (abs(anon_1.c2 * :param_49 + :param_50) < :abs_15) THEN CASE WHEN (abs(round((anon_1.c2 * :param_49 + :param_50) * :param_51) - (anon_1.c2 * :param_49 + :param_50) * :param_51) = :abs_16) THEN round(((anon_1.c2 * :param_49 + :param_50) * :param_51) / :param_52) * :round_5 ELSE round((anon_1.c2 * :param_49 + :param_50) * :param_51) END / :param_53 WHEN (abs(anon_1.c2 * :param_49 + :param_50) <= :abs_17) THEN anon_1.c2 * :param_49 + :param_50 ELSE NULL END ORDER BY key;
-- :abs_1 = 8388608.0
-- :abs_10 = 1.7976931348623157e+308
-- :abs_11 = 1.7976931348623157e+308
-- :abs_12 = 8388608.0
-- :abs_13 = 0.5
-- :abs_14 = 1.7976931348623157e+308
-- :abs_15 = 8388608.0
-- :abs_16 = 0.5
-- :abs_17 = 1.7976931348623157e+308
-- :abs_2 = 0.5
-- :abs_3 = 1.7976931348623157e+308
-- :abs_4 = 8388608.0
-- :abs_5 = 0.5
-- :abs_6 = 1.7976931348623157e+308
-- :abs_7 = 8388608.0
-- :abs_8 = 0.5
-- :abs_9 = 1.7976931348623157e+308
-- :coalesce_1 = 0
-- :coalesce_2 = 0
-- :coalesce_3 = 0
-- :coalesce_4 = 0
-- :param_1 = 70
-- :param_10 = 1.0
-- :param_11 = 0.0
-- :param_12 = 30.0
-- :param_13 = 100.0
-- :param_14 = 100.0
-- :param_15 = 100.0
-- :param_16 = 2.0
-- :param_17 = 0.0
-- :param_18 = 10.0
-- :param_19 = 100.0
-- :param_2 = 'green'
-- :param_20 = 100.0
-- :param_21 = 100.0
-- :param_22 = 1.0
-- :param_23 = 1000000000.0
-- :param_24 = 2.0
-- :param_25 = 1000000000.0
-- :param_26 = 28.0
-- :param_27 = 0.0
-- :param_28 = 28.0
-- :param_29 = 1.0
-- :param_3 = 'red'
-- :param_30 = 1000000000.0
-- :param_31 = 2.0
-- :param_32 = 1000000000.0
-- :param_33_1 = 'used'
-- :param_34 = 1000000000.0
-- :param_35 = 2.0
-- :param_36 = 1000000000.0
-- :param_37_1 = 'login'
-- :param_38_1 = 'login'
-- :param_39 = '2026-02-10 05:00:00.000000+00:00'
-- :param_4 = 0.0
-- :param_40 = '2026-03-10 04:00:00.000000+00:00'
-- :param_41_1 = 'login'
-- :param_42 = '2026-01-13 05:00:00.000000+00:00'
-- :param_43 = '2026-02-10 05:00:00.000000+00:00'
-- :param_44 = '2026-03-10 13:00:00.000000+00:00'
-- :param_45 = 12.5
-- :param_46 = 40
-- :param_47 = 'red'
-- :param_48 = -0.5
-- :param_49 = 1.5
-- :param_5 = 1000000000.0
-- :param_50 = 2.0
-- :param_51 = 1000000000.0
-- :param_52 = 2.0
-- :param_53 = 1000000000.0
-- :param_6 = 2.0
-- :param_7 = 1000000000.0
-- :param_8 = 0.0
-- :param_9 = 2.0
-- :round_1 = 2.0
-- :round_2 = 2.0
-- :round_3 = 2.0
-- :round_4 = 2.0
-- :round_5 = 2.0
