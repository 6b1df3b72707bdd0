# 出入り：ログイン、ロック解除、復旧、招待の受諾。

go-back = 戻る

login-title = ログイン
login-submit = ログイン
login-email = メールアドレス
login-password = パスワード
login-code = 認証アプリのコード
login-code-hint = 2段階認証を設定した場合だけ6桁の数字を入力し、なければ空のままにしてください。
login-keys = 鍵
login-unlock = 自分の鍵のロックも解除する
login-unlock-hint = 封印された値を開けるようになります。使わないと自動的にロックされます。
login-lost = パスワードをお忘れですか
login-lost-what = 印刷した復旧コードで新しいパスワードを決められます。サーバーは鍵を持たないので、誰も新しいパスワードをお送りできません。
login-lost-recover = 復旧コードを使う
logout = ログアウト
done-logged-out = ログアウトしました。鍵は消去されました。

unlock-title = 鍵のロックを解除する
unlock-what = 氏名などの封印された値は、鍵のロックが解除されている間だけ開けます。使わないとき、「ロック」を押したとき、サーバーが再起動したときに再びロックされます。
unlock-password = パスワード
unlock-submit = ロックを解除
unlock-not-now = 解除せずに続ける
unlock-lost = 復旧コードがあれば、鍵を開いて新しいパスワードを決められます。
done-locked = ロックしました。開いていた値は閉じました。

password-new = 新しいパスワード
password-hint = 10文字以上。ほかで使っていない単語をいくつかつなげるのがよい方法です。
password-again = 同じパスワードをもう一度
password-differs = 2つのパスワードが違います。同じものを2回入力してください。

recover-title = 復旧コードで新しいパスワードを決める
recover-what = すべての場所からログアウトされ、2段階認証は解除され、このコードは使えなくなります。終わったら新しいコードを作ってください。
recover-code = 復旧コード
recover-code-hint = 印刷されたとおりに。大文字・小文字、ハイフンの有無は問いません。
recover-submit = 新しいパスワードに決める
recover-none = 復旧コードがありませんか
recover-none-what = その場合、鍵は失われ、誰にも取り戻せません。管理者がこのアカウントを閉じて改めて招待し、任務の鍵を持つ人が鍵を渡し直すことができます。
done-recovered = 新しいパスワードを設定しました。そのパスワードでログインしてください。

invitation-title = Deungdaeへようこそ
invitation-for = { $email } として招待されています。
invitation-password = パスワードはご自身で決めます。ほかの人は知ることも変えることもできません。このパスワードがあなたの鍵を開きます。
invitation-submit = アカウントを作る
done-welcome = アカウントができ、鍵のロックが解除されました。あと一つだけお願いします。

refusal-login-wrong = メールアドレスかパスワードが違います。
    .next = 両方を確かめ、パスワードを入力し直してください。10回間違えると、15分間このアカウントではログインできません。
refusal-code-needed = このアカウントには認証アプリのコードも必要です。
    .next = パスワードをもう一度入力し、アプリに今出ている6桁の数字を入力してください。
refusal-code-wrong = コードが違うか、古いか、すでに使われています。
    .next = アプリに次の6桁が出るのを待って入力してください。続く場合は電話の時計が合っているか確かめてください。
refusal-too-many-attempts = 間違いが多すぎます。
    .next = { $minutes }分後にもう一度お試しください。ご自身でない場合は管理者に知らせてください。
refusal-not-logged-in = ログインしていません。
    .next = ログインして、もう一度このページを開いてください。
refusal-password-wrong = パスワードが違います。
    .next = 入力し直してください。10回間違えると15分間お待ちいただきます。
refusal-password-short = パスワードが短すぎます。
    .next = { $least }文字以上にしてください。
refusal-recovery-wrong = メールアドレスか復旧コードが違います。
    .next = 印刷したコードと一組ずつ見比べてください。アカウントの最も新しいコードだけが、1回だけ使えます。
refusal-invitation-gone = この招待はもう使えません。
    .next = 使用済みか、取り消されたか、7日が過ぎています。招待した人に新しい招待を頼んでください。
refusal-locked = 鍵がロックされています。
    .next = ロックを解除して、もう一度行ってください。
refusal-form-too-large = 送られた内容が長すぎます。
    .next = 短くして送り直してください。
