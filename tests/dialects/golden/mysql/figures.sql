SELECT users_1.user_id AS `key`
FROM product.users AS users_1
WHERE users_1.user_id IS NOT NULL AND coalesce((SELECT count(DISTINCT CASE WHEN (CAST(events_1.feature AS CHAR) REGEXP '^([\x{9}\x{a}\x{b}\x{c}\x{d}\x{1c}\x{1d}\x{1e}\x{1f}\x{20}\x{85}\x{a0}\x{1680}\x{2000}\x{2001}\x{2002}\x{2003}\x{2004}\x{2005}\x{2006}\x{2007}\x{2008}\x{2009}\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]*)$') THEN NULL ELSE CAST(events_1.feature AS CHAR) END) AS count_1
FROM product.events AS events_1
WHERE events_1.user_id = users_1.user_id AND CASE WHEN (CAST(events_1.name AS CHAR) REGEXP '^([\x{9}\x{a}\x{b}\x{c}\x{d}\x{1c}\x{1d}\x{1e}\x{1f}\x{20}\x{85}\x{a0}\x{1680}\x{2000}\x{2001}\x{2002}\x{2003}\x{2004}\x{2005}\x{2006}\x{2007}\x{2008}\x{2009}\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]*)$') THEN NULL ELSE CAST(events_1.name AS CHAR) END IN (:param_1_1) AND events_1.occurred_at <= timestamp(:param_2) AND CAST(events_1.seconds AS DOUBLE) > :param_3), :coalesce_1) >= :param_4 AND (SELECT CASE WHEN (abs(avg(CAST(CAST(events_2.seconds AS DOUBLE) AS DOUBLE))) < :abs_1) THEN round(avg(CAST(CAST(events_2.seconds AS DOUBLE) AS DOUBLE)) * :avg_1) / :round_1 WHEN (abs(avg(CAST(CAST(events_2.seconds AS DOUBLE) AS DOUBLE))) <= :abs_2) THEN avg(CAST(CAST(events_2.seconds AS DOUBLE) AS DOUBLE)) ELSE NULL END AS anon_1
FROM product.events AS events_2
WHERE events_2.user_id = users_1.user_id AND CASE WHEN (CAST(events_2.name AS CHAR) REGEXP '^([\x{9}\x{a}\x{b}\x{c}\x{d}\x{1c}\x{1d}\x{1e}\x{1f}\x{20}\x{85}\x{a0}\x{1680}\x{2000}\x{2001}\x{2002}\x{2003}\x{2004}\x{2005}\x{2006}\x{2007}\x{2008}\x{2009}\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]*)$') THEN NULL ELSE CAST(events_2.name AS CHAR) END IN (:param_5_1) AND events_2.occurred_at <= timestamp(:param_6)) >= :param_7 AND (SELECT CASE WHEN (abs(max(CAST(events_3.seconds AS DOUBLE))) < :abs_3) THEN round(max(CAST(events_3.seconds AS DOUBLE)) * :max_1) / :round_2 WHEN (abs(max(CAST(events_3.seconds AS DOUBLE))) <= :abs_4) THEN max(CAST(events_3.seconds AS DOUBLE)) ELSE NULL END AS anon_2
FROM product.events AS events_3
WHERE events_3.user_id = users_1.user_id AND CASE WHEN (CAST(events_3.name AS CHAR) REGEXP '^([\x{9}\x{a}\x{b}\x{c}\x{d}\x{1c}\x{1d}\x{1e}\x{1f}\x{20}\x{85}\x{a0}\x{1680}\x{2000}\x{2001}\x{2002}\x{2003}\x{2004}\x{2005}\x{2006}\x{2007}\x{2008}\x{2009}\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]*)$') THEN NULL ELSE CAST(events_3.name AS CHAR) END IN (:param_8_1) AND events_3.occurred_at <= timestamp(:param_9)) <= :param_10 AND users_1.active = :param_11 AND CAST(users_1.score AS DOUBLE) > CASE WHEN (abs(users_1.visits * :param_12) < :abs_5) THEN round(users_1.visits * :param_12 * :param_13) / :round_3 WHEN (abs(users_1.visits * :param_12) <= :abs_6) THEN users_1.visits * :param_12 ELSE NULL END ORDER BY `key`;
-- :abs_1 = 8388608.0
-- :abs_2 = 1.7976931348623157e+308
-- :abs_3 = 8388608.0
-- :abs_4 = 1.7976931348623157e+308
-- :abs_5 = 8388608.0
-- :abs_6 = 1.7976931348623157e+308
-- :avg_1 = 1000000000.0
-- :coalesce_1 = 0
-- :max_1 = 1000000000.0
-- :param_10 = 600
-- :param_11 = True
-- :param_12 = 1.0
-- :param_13 = 1000000000.0
-- :param_1_1 = 'used'
-- :param_2 = '2026-03-10T13:00:00'
-- :param_3 = 30
-- :param_4 = 2
-- :param_5_1 = 'used'
-- :param_6 = '2026-03-10T13:00:00'
-- :param_7 = 60
-- :param_8_1 = 'used'
-- :param_9 = '2026-03-10T13:00:00'
-- :round_1 = 1000000000.0
-- :round_2 = 1000000000.0
-- :round_3 = 1000000000.0
