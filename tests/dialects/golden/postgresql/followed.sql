SELECT users_1.user_id AS key
FROM product.users AS users_1
WHERE users_1.user_id IS NOT NULL AND (EXISTS (SELECT *
FROM product.events AS events_1
WHERE events_1.user_id = users_1.user_id AND events_1.name IN (:param_1_1::VARCHAR, :param_1_2::VARCHAR) AND events_1.occurred_at <= :param_2::TIMESTAMP WITH TIME ZONE AND events_1.occurred_at <= :param_3::TIMESTAMP WITH TIME ZONE AND NOT (EXISTS (SELECT *
FROM product.events AS events_2
WHERE events_2.user_id = events_1.user_id AND events_2.occurred_at > events_1.occurred_at AND events_2.occurred_at <= timezone(:param_4::VARCHAR, timezone(:param_5::VARCHAR, events_1.occurred_at) + :param_6) AND events_2.name IN (:param_7_1::VARCHAR) AND events_2.occurred_at <= :param_8::TIMESTAMP WITH TIME ZONE AND CASE WHEN (btrim(CAST(events_2.feature AS TEXT) COLLATE "C", U&'\0009\000A\000B\000C\000D\001C\001D\001E\001F\0020\0085\00A0\1680\2000\2001\2002\2003\2004\2005\2006\2007\2008\2009\200A\2028\2029\202F\205F\3000') = '') THEN NULL ELSE CAST(events_2.feature AS TEXT) COLLATE "C" END = :param_9::VARCHAR)))) ORDER BY key;
-- :param_1_1 = 'training_completed'
-- :param_1_2 = 'course_completed'
-- :param_2 = '2026-03-10T13:00:00+00:00'
-- :param_3 = '2026-02-24T13:00:00+00:00'
-- :param_4 = 'UTC'
-- :param_5 = 'UTC'
-- :param_6 = '14 days, 0:00:00'
-- :param_7_1 = 'used'
-- :param_8 = '2026-03-10T13:00:00+00:00'
-- :param_9 = 'reports'
