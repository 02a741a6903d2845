SELECT users_1.user_id AS `key`
FROM product.users AS users_1
WHERE users_1.user_id IS NOT NULL AND (EXISTS (SELECT *
FROM product.events AS events_1
WHERE events_1.user_id = users_1.user_id AND CASE WHEN (CAST(events_1.name AS CHAR) REGEXP '^([\x{9}\x{a}\x{b}\x{c}\x{d}\x{1c}\x{1d}\x{1e}\x{1f}\x{20}\x{85}\x{a0}\x{1680}\x{2000}\x{2001}\x{2002}\x{2003}\x{2004}\x{2005}\x{2006}\x{2007}\x{2008}\x{2009}\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]*)$') THEN NULL ELSE CAST(events_1.name AS CHAR) END IN (:param_1_1, :param_1_2) AND events_1.occurred_at <= timestamp(:param_2) AND events_1.occurred_at <= timestamp(:param_3) AND NOT (EXISTS (SELECT *
FROM product.events AS events_2
WHERE events_2.user_id = events_1.user_id AND events_2.occurred_at > events_1.occurred_at AND events_2.occurred_at <= timestampadd(MICROSECOND, :param_4, least(timestamp(events_1.occurred_at), TIMESTAMP'9999-12-17 23:59:59.999999')) AND CASE WHEN (CAST(events_2.name AS CHAR) REGEXP '^([\x{9}\x{a}\x{b}\x{c}\x{d}\x{1c}\x{1d}\x{1e}\x{1f}\x{20}\x{85}\x{a0}\x{1680}\x{2000}\x{2001}\x{2002}\x{2003}\x{2004}\x{2005}\x{2006}\x{2007}\x{2008}\x{2009}\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]*)$') THEN NULL ELSE CAST(events_2.name AS CHAR) END IN (:param_5_1) AND events_2.occurred_at <= timestamp(:param_6) AND CASE WHEN (CAST(events_2.feature AS CHAR) REGEXP '^([\x{9}\x{a}\x{b}\x{c}\x{d}\x{1c}\x{1d}\x{1e}\x{1f}\x{20}\x{85}\x{a0}\x{1680}\x{2000}\x{2001}\x{2002}\x{2003}\x{2004}\x{2005}\x{2006}\x{2007}\x{2008}\x{2009}\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]*)$') THEN NULL ELSE CAST(events_2.feature AS CHAR) END = :param_7)))) ORDER BY `key`;
-- :param_1_1 = 'training_completed'
-- :param_1_2 = 'course_completed'
-- :param_2 = '2026-03-10T13:00:00'
-- :param_3 = '2026-02-24T13:00:00'
-- :param_4 = 1209600000000
-- :param_5_1 = 'used'
-- :param_6 = '2026-03-10T13:00:00'
-- :param_7 = 'reports'
