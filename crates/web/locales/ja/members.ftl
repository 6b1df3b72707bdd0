# サーバー全体のアカウント。

members-accounts = アカウント
members-empty = アカウントがありません。
members-rights = 種類
members-member = メンバー
members-administrator = 管理者
members-closed = { $day } 閉鎖
members-since = 開始
members-action = できること
members-invite = メンバーを招待する
members-close = アカウントを閉じる

invitations-waiting = まだ受諾されていない招待
invitations-empty = 待っている招待はありません。
invitations-until = 有効期限
invitations-withdraw = 取り消す
done-invitation-withdrawn = 招待を取り消しました。リンクはもう使えません。

invite-title = メンバーを招待する
invite-submit = 招待を作る
invite-email-hint = このアドレスでログインします。メールは送られません。
invite-name-hint = 本人が変えられます。
invite-place = 任務と役割
invite-place-hint = 役割はすぐに与えられます。鍵は、持っている人があとで渡します。
invite-no-place = まだなし
invite-rights = 権限
invite-administrator = 管理者
invite-administrator-hint = 招待、アカウントの閉鎖、任務の開始ができます。鍵は持たないので、封印された値は閉じたままです。
invited-title = 招待ができました
invited-link = { $email } へのリンク
invited-note = 今しか表示されません。7日以内に1回だけ使えます。
invited-next = このあと
invited-next-hand = リンクはご自身で渡してください。会って渡すか、双方が信頼するメッセンジャーで送ってください。
invited-next-choose = 受け取った人がリンクを開き、ほかの誰も知らないパスワードを決めます。
invited-next-keys = 任務の鍵を持つ人が、新しいメンバーに鍵を渡します。
invited-back = 渡しました

close-title = { $name } のアカウントを閉じる
close-question = { $name } のアカウントを閉じますか
close-logins = すべてのログインがただちに終わり、再びログインできません。
close-record = これまでに行ったことは、その名前で記録に残ります。
close-keys = 持っている鍵は、下の各任務から誰かが外すまで本人のものです。任務からも外してください。そうすると各区画に新しい鍵ができます。
close-no-mandate = この人はどの任務でも働いておらず、鍵も持っていません。
close-in-mandate = { $mandate }：{ $count ->
        [0] 鍵なし
       *[other] { $count }区画の鍵を持っています
    }
close-take-first = 任務から外す
done-account-closed = アカウントを閉じました。

refusal-email = メールアドレスではありません。
    .next = name@example.org の形で書いてください。
refusal-email-taken = { $email } のアカウントがすでにあります。
    .next = 別のアドレスを使うか、今あるアカウントに役割を与えてください。
refusal-name-empty = 名前がありません。
    .next = 名前を書いてください。
refusal-close-own-account = 自分のアカウントは閉じられません。
    .next = ほかの管理者に頼んでください。
refusal-not-administrator = 管理者だけができることです。
    .next = このサーバーの管理者に頼んでください。
refusal-not-allowed = 「{ $mandate }」でのあなたの役割ではできません。
    .next = 任務を率いる人に、必要な役割を頼んでください。
