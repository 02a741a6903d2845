-- The accounts with all that a CRM knows of them.
WITH who AS (
    SELECT account_id,
           any_value(full_name) FILTER (persona = 'sponsor') AS sponsor_name,
           any_value(email) FILTER (persona = 'sponsor') AS sponsor_email,
           arg_min(full_name, user_id) FILTER (users.role = 'admin') AS admin_name,
           arg_min(email, user_id) FILTER (users.role = 'admin') AS admin_email,
           any_value(full_name) FILTER (persona = 'billing') AS billing_name,
           any_value(email) FILTER (persona = 'billing') AS billing_email
    FROM personas JOIN users USING (user_id, account_id)
    GROUP BY account_id
), drawn AS (
    SELECT accounts.* EXCLUDE (seats, renews_on), situation, today, as_of, who.* EXCLUDE (account_id),
           use.users, use.active,
           CASE WHEN situation = 'seats full' THEN greatest(5, ceil(active_lately / 0.92))
                ELSE greatest(seats, ceil(coalesce(use.users, 0) * (1.02 + 0.6 * draw('spare seats', id)))) END::INTEGER AS seats,
           CASE WHEN seats < 12 OR touch = 'digital' THEN 'small' WHEN seats < 35 THEN 'mid' ELSE 'large' END AS size,
           CASE WHEN situation IS NOT NULL THEN age
                WHEN csm_name IS NULL THEN 2 + floor(6 * draw('age', id))::INTEGER
                ELSE (today - accounts.renews_on)::INTEGER + 365 * (1 + floor(3 * draw('years', id))::INTEGER) END AS age,
           touch
    FROM run, accounts
    LEFT JOIN situations ON situations.account_id = id
    LEFT JOIN who ON who.account_id = id
    LEFT JOIN use ON use.account_id = id
), staying AS (
    SELECT *, today + (365 - age % 365)::INTEGER AS renews_on, -- contracts are for a year
           coalesce(situation LIKE 'left %', FALSE)
                  OR (situation IS NULL AND age > 370 AND draw('left', id) < 0.14) AS gone
    FROM drawn
), dated AS (
    SELECT *, today - age AS contract_start,
           seats * CASE plan WHEN 'free' THEN 0 WHEN 'pro' THEN 360 ELSE 900 END
               + CASE WHEN touch = 'named' THEN 18000 ELSE 0 END AS worth,
           CASE WHEN NOT gone THEN NULL
                WHEN situation = 'left lately' THEN today - 2 - floor(5 * draw('gone', id))::INTEGER
                WHEN situation IS NOT NULL THEN today - 40 - floor(60 * draw('gone', id))::INTEGER
                ELSE today - 15 - floor(285 * draw('gone', id))::INTEGER END AS churned_on,
           age > 50 AND draw('has started', id) < 0.92 AND situation IS DISTINCT FROM 'onboarding late'
               OR age > 25 AND situation = 'first value' AS has_started
    FROM staying
)
SELECT id, name, plan, seats, renews_on,
       CASE WHEN gone THEN 'churned'
            WHEN situation IS NULL AND draw('trial', id) < 0.06 THEN 'trial' ELSE 'active' END AS status,
       size,
       coalesce(touch, CASE WHEN csm_name IS NULL THEN 'pooled' WHEN size = 'small' THEN 'digital'
                            WHEN size = 'mid' THEN 'pooled' ELSE 'named' END) AS touch_model,
       csm_name, csm_email, champion_name, champion_email,
       sponsor_name, sponsor_email, admin_name, admin_email, billing_name, billing_email,
       ours[1 + ae] AS ae_name, mailbox(ours[1 + ae]) AS ae_email,
       ours[9 + executive] AS executive_name, mailbox(ours[9 + executive]) AS executive_email,
       CASE WHEN gone THEN 0 ELSE worth END AS arr,
       CASE WHEN age > 365 THEN floor(worth * (0.7 + 0.45 * draw('growth', id))) END AS arr_year_ago,
       CASE WHEN NOT has_started THEN 'onboarding' WHEN renews_on < today + 90 THEN 'renewal'
            WHEN age < 180 THEN 'adoption' ELSE 'value' END AS stage,
       contract_start + CASE WHEN has_started THEN least(age - 5, 50 + floor(age * draw('stage', id) / 2)::INTEGER) ELSE 0 END
           AS stage_entered_on,
       contract_start,
       CASE WHEN situation IS DISTINCT FROM 'just sold' THEN contract_start + 1 END AS handed_over_on,
       CASE WHEN situation IS DISTINCT FROM 'just sold' AND draw('criteria', id) < 0.9
            THEN pick(goals, draw('criterion', id)) END AS success_criteria,
       contract_start + 45 AS onboarding_due_on,
       CASE WHEN has_started THEN contract_start::TIMESTAMP
            + to_seconds(floor(86400 * (20 + least(age - 22, 25 * draw('onboarding over', id))))::BIGINT) END
           AS onboarding_completed_at,
       CASE WHEN situation = 'first value' THEN today - 1 - floor(2 * draw('first value', id))::INTEGER
            WHEN has_started AND situation IS DISTINCT FROM 'set-up stalled' AND draw('has value', id) < 0.75
            THEN contract_start + 25 + floor(least(age - 35, 40) * draw('first value', id))::INTEGER END
           AS first_value_on,
       renews_on - CASE size WHEN 'small' THEN 14 WHEN 'mid' THEN 30 ELSE 60 END AS notice_on,
       CASE WHEN gone THEN 'lost'
            WHEN renews_on < today + 60 AND draw('renewed', id) < 0.4 THEN 'renewed' ELSE 'open' END
           AS renewal_status,
       churned_on,
       CASE WHEN situation = 'left for a feature' THEN 'missing-export'
            WHEN situation = 'left for the price' THEN 'price'
            WHEN situation = 'left unpaid' THEN 'unpaid'
            WHEN gone THEN pick(reasons, draw('reason', id)) END AS churn_reason,
       CASE WHEN situation = 'left unpaid' THEN 'involuntary' WHEN gone THEN 'voluntary' END AS churn_kind,
       CASE WHEN gone THEN NULL
            WHEN situation IN ('green and alone', 'promoter', 'seats full', 'one thread') THEN 'green'
            WHEN situation IN ('health fell', 'no answer', 'about to cancel') THEN 'red'
            WHEN coalesce(active / users, 0) + 0.3 * draw('health', id) >= 0.68 THEN 'green'
            WHEN coalesce(active / users, 0) + 0.3 * draw('health', id) >= 0.48 THEN 'yellow'
            ELSE 'red' END AS health,
       CASE WHEN gone OR situation = 'health fell' THEN 'none'
            WHEN situation IN ('about to cancel', 'exporting all') THEN 'none'
            WHEN active / users < 0.45 THEN 'at_risk'
            WHEN draw('recovered', id) < 0.06 THEN 'recovered' ELSE 'none' END AS risk,
       CASE WHEN gone OR situation IN ('health fell', 'about to cancel', 'exporting all') THEN NULL
            WHEN active / users < 0.45 THEN pick(risks, draw('risk', id)) END AS risk_reason,
       invited AS seats_invited,
       floor(invited * CASE WHEN situation IN ('invitations idle', 'set-up stalled') THEN 0.3
                            WHEN situation LIKE 'seats idle%' THEN 0.35
                            WHEN situation = 'seats full' THEN 1
                            WHEN age < 30 THEN 0.6 + 0.2 * draw('activated', id)
                            ELSE 0.8 + 0.2 * draw('activated', id) END)::INTEGER AS seats_activated,
       CASE WHEN situation = 'modules unused' THEN 12
            ELSE 1 + floor(CASE plan WHEN 'free' THEN 1 WHEN 'pro' THEN 4 ELSE 7 END
                           * draw('modules', id))::INTEGER END AS modules
FROM (
    SELECT *, least(seats, greatest(5, ceil(seats * (0.75 + 0.25 * draw('invited', id)))))::INTEGER AS invited,
           floor(8 * draw('ae', id))::INTEGER AS ae, floor(3 * draw('executive', id))::INTEGER AS executive
    FROM dated
), lists
ORDER BY id
