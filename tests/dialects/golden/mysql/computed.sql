WITH anon_3 AS
(SELECT users_1.user_id AS c0, CAST(users_1.score AS DOUBLE) AS c1, users_1.visits AS c2
FROM product.users AS users_1
WHERE users_1.user_id IS NOT NULL)
 SELECT anon_1.c0 AS `key`
FROM (SELECT anon_2.c0 AS c0, anon_2.c1 AS c1, anon_2.c2 AS c2, anon_2.c3 AS c3, anon_2.c4 AS c4, anon_2.c5 AS c5, anon_2.c6 AS c6, anon_2.c7 AS c7, anon_2.c8 AS c8, anon_2.c9 AS c9, CASE WHEN (anon_2.c8 IS NOT NULL AND anon_2.c8 >= :param_1) THEN :param_2 WHEN (anon_2.c8 IS NOT NULL) THEN :param_3 ELSE NULL END AS c10
FROM (SELECT anon_3.c0 AS c0, anon_3.c1 AS c1, anon_3.c2 AS c2, coalesce(anon_4.f0, :coalesce_1) AS c3, coalesce(anon_4.f1, :coalesce_2) AS c4, coalesce(anon_4.f2, :coalesce_3) AS c5, coalesce(anon_4.f3, :coalesce_4) AS c6, CASE WHEN (abs(CAST(coalesce(anon_4.f0, :coalesce_1) AS DOUBLE) / nullif(CAST(coalesce(anon_4.f1, :coalesce_2) AS DOUBLE), :param_4)) < :abs_1) THEN round((CAST(coalesce(anon_4.f0, :coalesce_1) AS DOUBLE) / nullif(CAST(coalesce(anon_4.f1, :coalesce_2) AS DOUBLE), :param_4)) * :param_5) / :round_1 WHEN (abs(CAST(coalesce(anon_4.f0, :coalesce_1) AS DOUBLE) / nullif(CAST(coalesce(anon_4.f1, :coalesce_2) AS DOUBLE), :param_4)) <= :abs_2) THEN CAST(coalesce(anon_4.f0, :coalesce_1) AS DOUBLE) / nullif(CAST(coalesce(anon_4.f1, :coalesce_2) AS DOUBLE), :param_4) ELSE NULL END AS c7, CASE WHEN (abs(CASE WHEN (:param_6 + CASE WHEN (CAST(coalesce(anon_4.f1, :coalesce_2) AS DOUBLE) IS NULL) THEN :param_6 ELSE :param_7 END + CASE WHEN (CAST(anon_3.c1 AS DOUBLE) IS NULL) THEN :param_6 ELSE :param_8 END > :param_6) THEN (:param_6 + coalesce(CASE WHEN (((CAST(coalesce(anon_4.f1, :coalesce_2) AS DOUBLE) - :param_9) / :param_10) * :param_11 < :param_6) THEN :param_6 WHEN (((CAST(coalesce(anon_4.f1, :coalesce_2) AS DOUBLE) - :param_9) / :param_10) * :param_11 > :param_12) THEN :param_13 ELSE ((CAST(coalesce(anon_4.f1, :coalesce_2) AS DOUBLE) - :param_9) / :param_10) * :param_11 END * :param_14, :param_6) + coalesce(CASE WHEN (((CAST(anon_3.c1 AS DOUBLE) - :param_15) / :param_16) * :param_17 < :param_6) THEN :param_6 WHEN (((CAST(anon_3.c1 AS DOUBLE) - :param_15) / :param_16) * :param_17 > :param_18) THEN :param_19 ELSE ((CAST(anon_3.c1 AS DOUBLE) - :param_15) / :param_16) * :param_17 END * :param_20, :param_6)) / nullif(:param_6 + CASE WHEN (CAST(coalesce(anon_4.f1, :coalesce_2) AS DOUBLE) IS NULL) THEN :param_6 ELSE :param_7 END + CASE WHEN (CAST(anon_3.c1 AS DOUBLE) IS NULL) THEN :param_6 ELSE :param_8 END, :param_6) ELSE NULL END) < :abs_3) THEN round(CASE WHEN (:param_6 + CASE WHEN (CAST(coalesce(anon_4.f1, :coalesce_2) AS DOUBLE) IS NULL) THEN :param_6 ELSE :param_7 END + CASE WHEN (CAST(anon_3.c1 AS DOUBLE) IS NULL) THEN :param_6 ELSE :param_8 END > :param_6) THEN (:param_6 + coalesce(CASE WHEN (((CAST(coalesce(anon_4.f1, :coalesce_2) AS DOUBLE) - :param_9) / :param_10) * :param_11 < :param_6) THEN :param_6 WHEN (((CAST(coalesce(anon_4.f1, :coalesce_2) AS DOUBLE) - :param_9) / :param_10) * :param_11 > :param_12) THEN :param_13 ELSE ((CAST(coalesce(anon_4.f1, :coalesce_2) AS DOUBLE) - :param_9) / :param_10) * :param_11 END * :param_14, :param_6) + coalesce(CASE WHEN (((CAST(anon_3.c1 AS DOUBLE) - :param_15) / :param_16) * :param_17 < :param_6) THEN :param_6 WHEN (((CAST(anon_3.c1 AS DOUBLE) - :param_15) / :param_16) * :param_17 > :param_18) THEN :param_19 ELSE ((CAST(anon_3.c1 AS DOUBLE) - :param_15) / :param_16) * :param_17 END * :param_20, :param_6)) / nullif(:param_6 + CASE WHEN (CAST(coalesce(anon_4.f1, :coalesce_2) AS DOUBLE) IS NULL) THEN :param_6 ELSE :param_7 END + CASE WHEN (CAST(anon_3.c1 AS DOUBLE) IS NULL) THEN :param_6 ELSE :param_8 END, :param_6) ELSE NULL END * :param_21) / :round_2 WHEN (abs(CASE WHEN (:param_6 + CASE WHEN (CAST(coalesce(anon_4.f1, :coalesce_2) AS DOUBLE) IS NULL) THEN :param_6 ELSE :param_7 END + CASE WHEN (CAST(anon_3.c1 AS DOUBLE) IS NULL) THEN :param_6 ELSE :param_8 END > :param_6) THEN (:param_6 + coalesce(CASE WHEN (((CAST(coalesce(anon_4.f1, :coalesce_2) AS DOUBLE) - :param_9) / :param_10) * :param_11 < :param_6) THEN :param_6 WHEN (((CAST(coalesce(anon_4.f1, :coalesce_2) AS DOUBLE) - :param_9) / :param_10) * :param_11 > :param_12) THEN :param_13 ELSE ((CAST(coalesce(anon_4.f1, :coalesce_2) AS DOUBLE) - :param_9) / :param_10) * :param_11 END * :param_14, :param_6) + coalesce(CASE WHEN (((CAST(anon_3.c1 AS DOUBLE) - :param_15) / :param_16) * :param_17 < :param_6) THEN :param_6 WHEN (((CAST(anon_3.c1 AS DOUBLE) - :param_15) / :param_16) * :param_17 > :param_18) THEN :param_19 ELSE ((CAST(anon_3.c1 AS DOUBLE) - :param_15) / :param_16) * :param_17 END * :param_20, :param_6)) / nullif(:param_6 + CASE WHEN (CAST(coalesce(anon_4.f1, :coalesce_2) AS DOUBLE) IS NULL) THEN :param_6 ELSE :param_7 END + CASE WHEN (CAST(anon_3.c1 AS DOUBLE) IS NULL) THEN :param_6 ELSE :param_8 END, :param_6) ELSE NULL END) <= :abs_4) THEN CASE WHEN (:param_6 + CASE WHEN (CAST(coalesce(anon_4.f1, :coalesce_2) AS DOUBLE) IS NULL) THEN :param_6 ELSE :param_7 END + CASE WHEN (CAST(anon_3.c1 AS DOUBLE) IS NULL) THEN :param_6 ELSE :param_8 END > :param_6) THEN (:param_6 + coalesce(CASE WHEN (((CAST(coalesce(anon_4.f1, :coalesce_2) AS DOUBLE) - :param_9) / :param_10) * :param_11 < :param_6) THEN :param_6 WHEN (((CAST(coalesce(anon_4.f1, :coalesce_2) AS DOUBLE) - :param_9) / :param_10) * :param_11 > :param_12) THEN :param_13 ELSE ((CAST(coalesce(anon_4.f1, :coalesce_2) AS DOUBLE) - :param_9) / :param_10) * :param_11 END * :param_14, :param_6) + coalesce(CASE WHEN (((CAST(anon_3.c1 AS DOUBLE) - :param_15) / :param_16) * :param_17 < :param_6) THEN :param_6 WHEN (((CAST(anon_3.c1 AS DOUBLE) - :param_15) / :param_16) * :param_17 > :param_18) THEN :param_19 ELSE ((CAST(anon_3.c1 AS DOUBLE) - :param_15) / :param_16) * :param_17 END * :param_20, :param_6)) / nullif(:param_6 + CASE WHEN (CAST(coalesce(anon_4.f1, :coalesce_2) AS DOUBLE) IS NULL) THEN :param_6 ELSE :param_7 END + CASE WHEN (CAST(anon_3.c1 AS DOUBLE) IS NULL) THEN :param_6 ELSE :param_8 END, :param_6) ELSE NULL END ELSE NULL END AS c8, CASE WHEN (abs((CAST(coalesce(anon_4.f2, :coalesce_3) AS DOUBLE) * :param_22) / (nullif(CAST(coalesce(anon_4.f3, :coalesce_4) AS DOUBLE), :param_23) * :param_24) - :param_25) < :abs_5) THEN round(((CAST(coalesce(anon_4.f2, :coalesce_3) AS DOUBLE) * :param_22) / (nullif(CAST(coalesce(anon_4.f3, :coalesce_4) AS DOUBLE), :param_23) * :param_24) - :param_25) * :param_26) / :round_3 WHEN (abs((CAST(coalesce(anon_4.f2, :coalesce_3) AS DOUBLE) * :param_22) / (nullif(CAST(coalesce(anon_4.f3, :coalesce_4) AS DOUBLE), :param_23) * :param_24) - :param_25) <= :abs_6) THEN (CAST(coalesce(anon_4.f2, :coalesce_3) AS DOUBLE) * :param_22) / (nullif(CAST(coalesce(anon_4.f3, :coalesce_4) AS DOUBLE), :param_23) * :param_24) - :param_25 ELSE NULL END AS c9
FROM anon_3 LEFT OUTER JOIN (SELECT events_1.user_id AS `key`, CASE WHEN (abs(sum(CASE WHEN (CASE WHEN (CAST(events_1.name AS CHAR) REGEXP '^([\x{9}\x{a}\x{b}\x{c}\x{d}\x{1c}\x{1d}\x{1e}\x{1f}\x{20}\x{85}\x{a0}\x{1680}\x{2000}\x{2001}\x{2002}\x{2003}\x{2004}\x{2005}\x{2006}\x{2007}\x{2008}\x{2009}\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]*)$') THEN NULL ELSE CAST(events_1.name AS CHAR) END IN (:param_27_1)) THEN CAST(events_1.seconds AS DOUBLE) END)) < :abs_7) THEN round((sum(CASE WHEN (CASE WHEN (CAST(events_1.name AS CHAR) REGEXP '^([\x{9}\x{a}\x{b}\x{c}\x{d}\x{1c}\x{1d}\x{1e}\x{1f}\x{20}\x{85}\x{a0}\x{1680}\x{2000}\x{2001}\x{2002}\x{2003}\x{2004}\x{2005}\x{2006}\x{2007}\x{2008}\x{2009}\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]*)$') THEN NULL ELSE CAST(events_1.name AS CHAR) END IN (:param_27_1)) THEN CAST(events_1.seconds AS DOUBLE) END)) * :param_28) / :round_4 WHEN (abs(sum(CASE WHEN (CASE WHEN (CAST(events_1.name AS CHAR) REGEXP '^([\x{9}\x{a}\x{b}\x{c}\x{d}\x{1c}\x{1d}\x{1e}\x{1f}\x{20}\x{85}\x{a0}\x{1680}\x{2000}\x{2001}\x{2002}\x{2003}\x{2004}\x{2005}\x{2006}\x{2007}\x{2008}\x{2009}\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]*)$') THEN NULL ELSE CAST(events_1.name AS CHAR) END IN (:param_27_1)) THEN CAST(events_1.seconds AS DOUBLE) END)) <= :abs_8) THEN sum(CASE WHEN (CASE WHEN (CAST(events_1.name AS CHAR) REGEXP '^([\x{9}\x{a}\x{b}\x{c}\x{d}\x{1c}\x{1d}\x{1e}\x{1f}\x{20}\x{85}\x{a0}\x{1680}\x{2000}\x{2001}\x{2002}\x{2003}\x{2004}\x{2005}\x{2006}\x{2007}\x{2008}\x{2009}\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]*)$') THEN NULL ELSE CAST(events_1.name AS CHAR) END IN (:param_27_1)) THEN CAST(events_1.seconds AS DOUBLE) END) ELSE NULL END AS f0, count(CASE WHEN (CASE WHEN (CAST(events_1.name AS CHAR) REGEXP '^([\x{9}\x{a}\x{b}\x{c}\x{d}\x{1c}\x{1d}\x{1e}\x{1f}\x{20}\x{85}\x{a0}\x{1680}\x{2000}\x{2001}\x{2002}\x{2003}\x{2004}\x{2005}\x{2006}\x{2007}\x{2008}\x{2009}\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]*)$') THEN NULL ELSE CAST(events_1.name AS CHAR) END IN (:param_29_1)) THEN 1 END) AS f1, count(CASE WHEN (CASE WHEN (CAST(events_1.name AS CHAR) REGEXP '^([\x{9}\x{a}\x{b}\x{c}\x{d}\x{1c}\x{1d}\x{1e}\x{1f}\x{20}\x{85}\x{a0}\x{1680}\x{2000}\x{2001}\x{2002}\x{2003}\x{2004}\x{2005}\x{2006}\x{2007}\x{2008}\x{2009}\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]*)$') THEN NULL ELSE CAST(events_1.name AS CHAR) END IN (:param_30_1) AND events_1.occurred_at >= timestamp(:param_31) AND events_1.occurred_at < timestamp(:param_32)) THEN 1 END) AS f2, count(CASE WHEN (CASE WHEN (CAST(events_1.name AS CHAR) REGEXP '^([\x{9}\x{a}\x{b}\x{c}\x{d}\x{1c}\x{1d}\x{1e}\x{1f}\x{20}\x{85}\x{a0}\x{1680}\x{2000}\x{2001}\x{2002}\x{2003}\x{2004}\x{2005}\x{2006}\x{2007}\x{2008}\x{2009}\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]*)$') THEN NULL ELSE CAST(events_1.name AS CHAR) END IN (:param_33_1) AND events_1.occurred_at >= timestamp(:param_34) AND events_1.occurred_at < timestamp(:param_35)) THEN 1 END) AS f3
FROM product.events AS events_1
WHERE events_1.user_id IS NOT NULL AND events_1.occurred_at <= timestamp(:param_36) AND (CASE WHEN (CAST(events_1.name AS CHAR) REGEXP '^([\x{9}\x{a}\x{b}\x{c}\x{d}\x{1c}\x{1d}\x{1e}\x{1f}\x{20}\x{85}\x{a0}\x{1680}\x{2000}\x{2001}\x{2002}\x{2003}\x{2004}\x{2005}\x{2006}\x{2007}\x{2008}\x{2009}\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]*)$') THEN NULL ELSE CAST(events_1.name AS CHAR) END IN (:param_27_1) OR CASE WHEN (CAST(events_1.name AS CHAR) REGEXP '^([\x{9}\x{a}\x{b}\x{c}\x{d}\x{1c}\x{1d}\x{1e}\x{1f}\x{20}\x{85}\x{a0}\x{1680}\x{2000}\x{2001}\x{2002}\x{2003}\x{2004}\x{2005}\x{2006}\x{2007}\x{2008}\x{2009}\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]*)$') THEN NULL ELSE CAST(events_1.name AS CHAR) END IN (:param_29_1) OR CASE WHEN (CAST(events_1.name AS CHAR) REGEXP '^([\x{9}\x{a}\x{b}\x{c}\x{d}\x{1c}\x{1d}\x{1e}\x{1f}\x{20}\x{85}\x{a0}\x{1680}\x{2000}\x{2001}\x{2002}\x{2003}\x{2004}\x{2005}\x{2006}\x{2007}\x{2008}\x{2009}\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]*)$') THEN NULL ELSE CAST(events_1.name AS CHAR) END IN (:param_30_1) AND events_1.occurred_at >= timestamp(:param_31) AND events_1.occurred_at < timestamp(:param_32) OR CASE WHEN (CAST(events_1.name AS CHAR) REGEXP '^([\x{9}\x{a}\x{b}\x{c}\x{d}\x{1c}\x{1d}\x{1e}\x{1f}\x{20}\x{85}\x{a0}\x{1680}\x{2000}\x{2001}\x{2002}\x{2003}\x{2004}\x{2005}\x{2006}\x{2007}\x{2008}\x{2009}\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]*)$') THEN NULL ELSE CAST(events_1.name AS CHAR) END IN (:param_33_1) AND events_1.occurred_at >= timestamp(:param_34) AND events_1.occurred_at < timestamp(:param_35)) GROUP BY events_1.user_id) AS anon_4 ON anon_4.`key` = anon_3.c0) AS anon_2) AS anon_1
WHERE anon_1.c7 >= :param_37 AND anon_1.c8 < :param_38 AND anon_1.c10 = :param_39 AND anon_1.c9 <= :param_40 AND anon_1.c3 >= CASE WHEN (abs(anon_1.c2 * :param_41 + :param_42) < :abs_9) THEN round((anon_1.c2 * :param_41 + :param_42) * :param_43) / :round_5 WHEN (abs(anon_1.c2 * :param_41 + :param_42) <= :abs_10) THEN anon_1.c2 * :param_41 + :param_42 ELSE NULL END ORDER BY `key`;
-- :abs_1 = 8388608.0
-- :abs_10 = 1.7976931348623157e+308
-- :abs_2 = 1.7976931348623157e+308
-- :abs_3 = 8388608.0
-- :abs_4 = 1.7976931348623157e+308
-- :abs_5 = 8388608.0
-- :abs_6 = 1.7976931348623157e+308
-- :abs_7 = 8388608.0
-- :abs_8 = 1.7976931348623157e+308
-- :abs_9 = 8388608.0
-- :coalesce_1 = 0
-- :coalesce_2 = 0
-- :coalesce_3 = 0
-- :coalesce_4 = 0
-- :param_1 = 70
-- :param_10 = 30.0
-- :param_11 = 100.0
-- :param_12 = 100.0
-- :param_13 = 100.0
-- :param_14 = 2.0
-- :param_15 = 0.0
-- :param_16 = 10.0
-- :param_17 = 100.0
-- :param_18 = 100.0
-- :param_19 = 100.0
-- :param_2 = 'green'
-- :param_20 = 1.0
-- :param_21 = 1000000000.0
-- :param_22 = 28.0
-- :param_23 = 0.0
-- :param_24 = 28.0
-- :param_25 = 1.0
-- :param_26 = 1000000000.0
-- :param_27_1 = 'used'
-- :param_28 = 1000000000.0
-- :param_29_1 = 'login'
-- :param_3 = 'red'
-- :param_30_1 = 'login'
-- :param_31 = '2026-02-10T05:00:00'
-- :param_32 = '2026-03-10T04:00:00'
-- :param_33_1 = 'login'
-- :param_34 = '2026-01-13T05:00:00'
-- :param_35 = '2026-02-10T05:00:00'
-- :param_36 = '2026-03-10T13:00:00'
-- :param_37 = 12.5
-- :param_38 = 40
-- :param_39 = 'red'
-- :param_4 = 0.0
-- :param_40 = -0.5
-- :param_41 = 1.5
-- :param_42 = 2.0
-- :param_43 = 1000000000.0
-- :param_5 = 1000000000.0
-- :param_6 = 0.0
-- :param_7 = 2.0
-- :param_8 = 1.0
-- :param_9 = 0.0
-- :round_1 = 1000000000.0
-- :round_2 = 1000000000.0
-- :round_3 = 1000000000.0
-- :round_4 = 1000000000.0
-- :round_5 = 1000000000.0
