-- One for the first sale, one for each renewal that is over, and some to grow.
WITH told AS (
    SELECT id AS account_id, 'new' AS kind, 'won' AS status, contract_start - 1 AS closed_on, arr AS amount
    FROM companies
    UNION ALL
    SELECT id, 'renewal', 'won', renews_on - 365, arr FROM run, companies
    WHERE renews_on - 365 > contract_start AND status <> 'churned' AND arr > 0
    UNION ALL
    SELECT id, 'renewal', 'lost', churned_on, coalesce(arr_year_ago, 0) FROM companies WHERE status = 'churned'
    UNION ALL
    SELECT id, 'renewal', 'open', NULL, arr FROM run, companies
    WHERE notice_on < today + 100 AND renewal_status = 'open' AND arr > 0
    UNION ALL
    SELECT id, 'expansion',
           CASE WHEN draw('growing', id) < 0.35 THEN 'open' WHEN draw('growing', id) < 0.75 THEN 'won' ELSE 'lost' END,
           CASE WHEN draw('growing', id) >= 0.35 THEN today - 3 - floor(120 * draw('grown', id))::INTEGER END,
           floor(arr * (0.1 + 0.3 * draw('grows by', id)))
    FROM run, companies LEFT JOIN situations ON account_id = id
    WHERE health = 'green' AND arr > 0 AND draw('grows', id) < 0.4
      AND situation IS DISTINCT FROM 'seats full'
)
SELECT row_number() OVER (ORDER BY account_id, kind, status, closed_on) AS opportunity_id, *
FROM told WHERE closed_on IS NULL OR closed_on <= (SELECT today FROM run) ORDER BY opportunity_id
